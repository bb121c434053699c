-- Indexing many services at once, in tables of which the planner knows nothing yet: an import fills them faster than
-- autovacuum counts them. Frozen with its migration; a change is a new file and a new migration.

CREATE OR REPLACE FUNCTION directory_count_anew(expected integer) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    found record;
    is_wrong boolean := coalesce((
        SELECT reltuples * pg_relation_size(oid) / current_setting('block_size')::integer
            < expected::float * relpages
        FROM pg_class WHERE oid = 'services_directory_service'::regclass AND relpages > 0
    ), false);
BEGIN
    FOR found IN
        SELECT oid::regclass AS name FROM pg_class
        WHERE oid = ANY ('{services_directory_service, services_directory_organization,
                services_directory_serviceatlocation, services_directory_location, services_directory_address,
                services_directory_accessibility, services_directory_attribute, services_directory_taxonomyterm,
                services_directory_schedule, services_directory_servicearea, services_directory_costoption,
                services_directory_language, services_directory_serviceentry}'::regclass[])
            AND (is_wrong OR pg_relation_size(oid) / current_setting('block_size')::integer > 2 * relpages + 8)
    LOOP
        EXECUTE format('ANALYZE (SKIP_LOCKED) %s', found.name);
    END LOOP;
END
$$;
COMMENT ON FUNCTION directory_count_anew IS
    'Lets the planner count those tables that have doubled since it did, or all where it knows of fewer services than expected.';

CREATE OR REPLACE FUNCTION directory_schedules(wanted uuid) RETURNS SETOF services_directory_schedule
LANGUAGE sql STABLE AS $$
    SELECT * FROM services_directory_schedule WHERE service_id = wanted
    UNION ALL  -- and not UNION, which compares all columns of all rows
    SELECT schedule.*
    FROM services_directory_serviceatlocation AS at
    JOIN services_directory_schedule AS schedule ON schedule.service_at_location_id = at.id
    WHERE at.service_id = wanted AND schedule.service_id IS DISTINCT FROM wanted
$$;

CREATE OR REPLACE FUNCTION directory_places(wanted uuid[]) RETURNS SETOF services_directory_placeentry
LANGUAGE sql STABLE AS $$
    SELECT at.id, place.latitude, place.longitude,
        ARRAY(
            SELECT DISTINCT directory_fold(called)
            FROM services_directory_address AS address,
                unnest(ARRAY[address.city, address.region, address.state_province]) AS called
            WHERE address.location_id = place.id AND btrim(called) <> ''
            ORDER BY 1
        ),
        at.service_id
    FROM services_directory_serviceatlocation AS at
    -- Said of both, so that neither is read for more than is wanted.
    JOIN services_directory_service AS service ON service.id = at.service_id AND service.id = ANY (wanted)
    JOIN services_directory_location AS place ON place.id = at.location_id
    WHERE at.service_id = ANY (wanted) AND service.status = 'active' AND service.withdrawn_at IS NULL
        AND place.latitude IS NOT NULL
$$;

CREATE OR REPLACE FUNCTION directory_words(wanted uuid[]) RETURNS SETOF services_directory_searchword
LANGUAGE sql STABLE AS $$
    SELECT word, (ts_lexize('english_stem', word))[1]
    FROM (
        -- Many texts have the same words: each is folded and cut up once.
        SELECT DISTINCT regexp_split_to_table(directory_fold(written), '[^[:alnum:]]+') AS word
        FROM (
            SELECT DISTINCT string_to_table(words, ' ') AS written
            FROM (SELECT DISTINCT unnest(wanted) AS id) AS one
            CROSS JOIN LATERAL (
                SELECT concat_ws(' ', service.name, service.alternate_name, service.description,
                    service.eligibility_description, service.application_process, organization.name,
                    organization.alternate_name)
                FROM services_directory_service AS service
                JOIN services_directory_organization AS organization ON organization.id = service.organization_id
                WHERE service.id = one.id
                UNION ALL
                SELECT term.name
                FROM services_directory_attribute AS attribute
                JOIN services_directory_taxonomyterm AS term ON term.id = attribute.taxonomy_term_id
                WHERE attribute.service_id = one.id
                UNION ALL
                SELECT name FROM services_directory_servicearea WHERE service_id = one.id
                UNION ALL
                SELECT concat_ws(' ', place.name, place.alternate_name, address_1, address_2, city, region)
                FROM services_directory_serviceatlocation AS at
                JOIN services_directory_location AS place ON place.id = at.location_id
                LEFT JOIN services_directory_address AS address ON address.location_id = place.id
                WHERE at.service_id = one.id
                UNION ALL
                -- Where it is has been worked out for the entry.
                SELECT area.name
                FROM services_directory_serviceentry AS entry
                CROSS JOIN unnest(entry.keys) AS key
                JOIN services_directory_neighbourhood AS area ON area.code = substr(key, length('neighbourhood=') + 1)
                WHERE entry.service_id = one.id AND starts_with(key, 'neighbourhood=')
            ) AS texts (words)
        ) AS pieces
    ) AS words
    WHERE length(word) BETWEEN 3 AND 30 AND word ~ '[[:alpha:]]' AND ts_lexize('english_stem', word) <> '{}'
$$;

CREATE OR REPLACE FUNCTION directory_reindex(wanted uuid[]) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    running uuid[];
BEGIN
    IF cardinality(wanted) >= 100 THEN
        PERFORM directory_count_anew(cardinality(wanted));
    END IF;
    -- Two that change parts of one service wait here for each other, and the second sees what the first has written.
    PERFORM 1 FROM services_directory_service WHERE id = ANY (wanted) ORDER BY id FOR NO KEY UPDATE;
    DELETE FROM services_directory_serviceentry AS entry WHERE service_id = ANY (wanted) AND NOT EXISTS (
        SELECT FROM services_directory_service
        WHERE id = entry.service_id AND status = 'active' AND withdrawn_at IS NULL
    );
    DELETE FROM services_directory_servicecard AS card WHERE service_id = ANY (wanted) AND NOT EXISTS (
        SELECT FROM services_directory_serviceentry AS entry WHERE entry.service_id = card.service_id
    );
    DELETE FROM services_directory_placeentry WHERE service_id = ANY (wanted);
    running := ARRAY(
        SELECT id FROM services_directory_service
        WHERE id = ANY (wanted) AND status = 'active' AND withdrawn_at IS NULL
    );
    -- One at a time within each statement (OFFSET 0 keeps it so): every table is then asked for the rows of one service.
    INSERT INTO services_directory_serviceentry AS entry
    SELECT made.* FROM unnest(running) AS one (id)
    CROSS JOIN LATERAL (SELECT * FROM directory_entries(ARRAY[one.id]) OFFSET 0) AS made
    ON CONFLICT (service_id) DO UPDATE SET
        (name_key, document, keys, terms, areas, starts, ends, access_read, access_said, minimum_age, maximum_age,
            lowest_cost, is_stale, trust_score, days, latitudes, longitudes)
        = (excluded.name_key, excluded.document, excluded.keys, excluded.terms, excluded.areas, excluded.starts,
            excluded.ends, excluded.access_read, excluded.access_said, excluded.minimum_age, excluded.maximum_age,
            excluded.lowest_cost, excluded.is_stale, excluded.trust_score, excluded.days, excluded.latitudes,
            excluded.longitudes)
    WHERE entry IS DISTINCT FROM excluded;
    IF cardinality(running) >= 100 THEN
        PERFORM directory_count_anew(cardinality(running));
    END IF;
    INSERT INTO services_directory_servicecard AS card
    SELECT made.* FROM unnest(running) AS one (id)
    CROSS JOIN LATERAL (SELECT * FROM directory_cards(ARRAY[one.id]) OFFSET 0) AS made
    ON CONFLICT (service_id) DO UPDATE SET card = excluded.card WHERE card.card <> excluded.card;
    INSERT INTO services_directory_placeentry
    SELECT made.* FROM unnest(running) AS one (id)
    CROSS JOIN LATERAL (SELECT * FROM directory_places(ARRAY[one.id]) OFFSET 0) AS made;
    INSERT INTO services_directory_searchword SELECT * FROM directory_words(running) ON CONFLICT DO NOTHING;
END
$$;

-- All these read single rows by their ids. Without statistics the planner takes every table for so small that to read it
-- whole is as cheap; in a plan that is kept, that costs a whole table for each service.
DO $do$
DECLARE
    name text;
    setting text;
BEGIN
    FOREACH name IN ARRAY ARRAY['directory_reindex(uuid[])', 'directory_part_changed()'] LOOP
        FOREACH setting IN ARRAY ARRAY[
            'enable_seqscan', 'enable_hashjoin', 'enable_mergejoin', 'enable_material', 'jit'
        ] LOOP
            EXECUTE format('ALTER FUNCTION %s SET %s = off', name, setting);
        END LOOP;
    END LOOP;
END
$do$;
ALTER FUNCTION directory_reindex(uuid[]) SET join_collapse_limit = 1;
-- To plan it takes longer than to run it for one service.
ALTER FUNCTION directory_reindex(uuid[]) SET plan_cache_mode = force_generic_plan;
-- This one joins what was to what is, and that by a hash.
ALTER FUNCTION directory_service_changed() SET enable_seqscan = off;
ALTER FUNCTION directory_service_changed() SET jit = off;

-- What it calls is stable, not immutable: only when it says so itself is it put in place instead of being called.
ALTER FUNCTION directory_schedule_shown(services_directory_schedule) STABLE;

SELECT directory_reindex(array_agg(id)) FROM services_directory_service HAVING count(*) > 0;
