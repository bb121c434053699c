-- Three changes of the index of 0010 (docs/adr/0012-the-search-keeps-its-index.md):
-- - where a service is, as squares of the map in its entry: words, choices and the place then meet in GIN indexes;
-- - where each of its sessions is, so that "near" and "on Monday" can be asked of one place;
-- - many services are indexed at once, in tables of which the planner knows nothing yet: an import fills them faster than
--   autovacuum counts them.
-- Frozen with its migration; a change is a new file and a new migration.

CREATE FUNCTION directory_cells(latitude double precision, longitude double precision) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN ARRAY[
    'fine:' || floor(latitude * 10) || ',' || floor(longitude * 10),
    'coarse:' || floor(latitude) || ',' || floor(longitude)
];
COMMENT ON FUNCTION directory_cells IS 'The squares of the map that a point lies in, of a tenth of a degree and of one.';

CREATE OR REPLACE FUNCTION directory_entries(wanted uuid[]) RETURNS SETOF services_directory_serviceentry
LANGUAGE sql STABLE AS $$
    SELECT
        service.id,
        directory_fold(service.name),
        setweight(directory_vector(service.name || ' . ' || service.alternate_name), 'A')
            || setweight(directory_vector(concat_ws(
                ' . ', organization.name, organization.alternate_name, term.words)), 'B')
            || setweight(directory_vector(concat_ws(' . ', service.description, place.words, area.words)), 'C')
            || setweight(directory_vector(concat_ws(
                ' . ', service.eligibility_description, service.application_process, access.words)), 'D'),
        ARRAY(
            SELECT DISTINCT key FROM unnest(
                term.keys || place.keys || area.keys || session.keys || tongue.keys
                || ARRAY(SELECT 'access=' || code FROM unnest(access.read || access.said) AS code)
                || ARRAY(SELECT 'life_course_stage=' || stage FROM unnest(service.life_course_stage) AS stage)
                || ARRAY(SELECT 'gender=' || gender FROM unnest(CASE WHEN service.genders = '{}'
                    THEN '{female,male,non_binary,other}' ELSE service.genders END) AS gender)
                || ARRAY[
                    'referral_route=' || service.referral_route,
                    'takes_direct_referrals=' || service.takes_direct_referrals,
                    'receiving_team=' || service.receiving_team_id,
                    'delivery=' || nullif(service.delivery, ''),
                    CASE WHEN cost.is_free THEN 'free=true' END
                ]
                || directory_keys_of_now(service.capacity, service.is_stale)
            ) AS key
            WHERE key IS NOT NULL
            ORDER BY key
        ),
        coalesce(term.ids, '{}'),
        CASE WHEN place.cells IS NOT NULL THEN place.cells
            WHEN service.delivery IN ('at_home', 'online', 'posted') THEN coalesce(area.names, '{*}')
            ELSE '{}' END,
        coalesce(session.starts, '{}'),
        coalesce(session.ends, '{}'),
        coalesce(access.read, '{}'),
        coalesce(access.said, '{}'),
        service.minimum_age,
        service.maximum_age,
        cost.lowest,
        service.is_stale,
        service.trust_score,
        coalesce(session.days, '{}'),
        coalesce(session.latitudes, '{}'),
        coalesce(session.longitudes, '{}')
    FROM services_directory_service AS service
    JOIN services_directory_organization AS organization ON organization.id = service.organization_id
    CROSS JOIN LATERAL (
        SELECT string_agg(DISTINCT term.name, ' . ') AS words,
            array_agg(DISTINCT term.id ORDER BY term.id) AS ids,
            array_agg(DISTINCT CASE term.taxonomy_id WHEN '@NEEDS@' THEN 'need=' WHEN '@CAMPAIGNS@' THEN 'campaign='
                END || term.code) AS keys
        FROM services_directory_attribute AS attribute
        JOIN services_directory_taxonomyterm AS term ON term.id = attribute.taxonomy_term_id
        WHERE attribute.service_id = service.id
    ) AS term
    CROSS JOIN LATERAL (
        SELECT string_agg(concat_ws(' ', place.name, place.alternate_name, address.words, area.name), ' . '
                ORDER BY at.id) AS words,
            (
                SELECT array_agg(DISTINCT cell ORDER BY cell)
                FROM unnest(array_agg(place.latitude), array_agg(place.longitude)) AS spot (latitude, longitude),
                    unnest(directory_cells(spot.latitude, spot.longitude)) AS cell
                WHERE spot.latitude IS NOT NULL
            ) AS cells,
            array_agg('neighbourhood=' || area.code) AS keys
        FROM services_directory_serviceatlocation AS at
        JOIN services_directory_location AS place ON place.id = at.location_id
        CROSS JOIN LATERAL (
            SELECT string_agg(concat_ws(' ', address_1, address_2, city, region, postal_code), ' ' ORDER BY id) AS words,
                min(postal_code) FILTER (WHERE postal_code <> '') AS postal_code
            FROM services_directory_address WHERE location_id = place.id
        ) AS address
        LEFT JOIN services_directory_neighbourhood AS area ON area.code = directory_neighbourhood(address.postal_code)
        WHERE at.service_id = service.id
    ) AS place
    CROSS JOIN LATERAL (
        SELECT string_agg(said.words, E'\n' ORDER BY said.id) AS words,
            directory_access_read(string_agg(said.words, E'\n' ORDER BY said.id)) AS read,
            (
                SELECT array_agg(DISTINCT term.code::text ORDER BY term.code::text)
                FROM (
                    SELECT taxonomy_term_id FROM services_directory_attribute WHERE service_id = service.id
                    UNION ALL SELECT taxonomy_term_id FROM services_directory_attribute
                    WHERE service_at_location_id = ANY (array_agg(said.at))
                    UNION ALL SELECT taxonomy_term_id FROM services_directory_attribute
                    WHERE location_id = ANY (array_agg(said.place))
                    UNION ALL SELECT taxonomy_term_id FROM services_directory_attribute
                    WHERE accessibility_id = ANY (array_agg(said.id))
                ) AS attribute
                JOIN services_directory_taxonomyterm AS term ON term.id = attribute.taxonomy_term_id
                WHERE term.taxonomy_id = '@ACCESS@'
            ) AS said
        FROM (
            SELECT at.id AS at, at.location_id AS place, access.id,
                nullif(concat_ws(E'\n', access.description, access.details, access.accessibility), '') AS words
            FROM services_directory_serviceatlocation AS at
            LEFT JOIN services_directory_accessibility AS access ON access.location_id = at.location_id
            WHERE at.service_id = service.id
        ) AS said
    ) AS access
    CROSS JOIN LATERAL (
        SELECT string_agg(served.name, ' . ' ORDER BY served.id) AS words,
            array_agg(DISTINCT directory_fold(served.name)) AS names,
            array_agg('neighbourhood=' || area.code) AS keys
        FROM services_directory_servicearea AS served
        LEFT JOIN services_directory_neighbourhood AS area ON directory_fold(area.name) = directory_fold(served.name)
        WHERE served.service_id = service.id AND btrim(served.name) <> ''
    ) AS area
    CROSS JOIN LATERAL (
        SELECT array_agg(at ORDER BY at, starts, ends, latitude, longitude) AS days,
            array_agg(starts ORDER BY at, starts, ends, latitude, longitude) AS starts,
            array_agg(ends ORDER BY at, starts, ends, latitude, longitude) AS ends,
            array_agg(latitude ORDER BY at, starts, ends, latitude, longitude) AS latitudes,
            array_agg(longitude ORDER BY at, starts, ends, latitude, longitude) AS longitudes,
            array_agg('day=' || session.day) || array_agg('time_of_day=' || part.name) AS keys
        FROM (
            SELECT DISTINCT week.day, (week.at - 1)::smallint AS at, place.latitude, place.longitude,
                ((week.at - 1) * 1440 + extract(epoch FROM opens_at) / 60)::smallint AS starts,
                ((week.at - 1) * 1440 + extract(epoch FROM closes_at) / 60
                    + CASE WHEN closes_at <= opens_at THEN 1440 ELSE 0 END)::smallint AS ends
            FROM directory_schedules(service.id) AS schedule
            CROSS JOIN regexp_split_to_table(schedule.byday, ',') AS written
            JOIN unnest(ARRAY['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU']) WITH ORDINALITY AS week (day, at)
                ON btrim(written) ~ ('^[+-]?\d*' || week.day || '$')
            LEFT JOIN services_directory_serviceatlocation AS there ON there.id = schedule.service_at_location_id
            LEFT JOIN services_directory_location AS place ON place.id = there.location_id
        ) AS session
        LEFT JOIN (VALUES ('morning', 0, 720), ('afternoon', 720, 1020), ('evening', 1020, 1440))
            AS part (name, since, till)
            ON session.starts % 1440 < part.till
            AND session.starts % 1440 + coalesce(session.ends - session.starts, 1) > part.since
    ) AS session
    CROSS JOIN LATERAL (
        SELECT bool_or(amount = 0) AS is_free, min(amount) AS lowest
        FROM services_directory_costoption WHERE service_id = service.id
    ) AS cost
    CROSS JOIN LATERAL (
        SELECT array_agg('language=' || directory_fold(coalesce(nullif(btrim(name), ''), code))) AS keys
        FROM services_directory_language WHERE service_id = service.id AND btrim(name || code) <> ''
    ) AS tongue
    WHERE service.id = ANY (wanted) AND service.status = 'active' AND service.withdrawn_at IS NULL
$$;

-- Stable, as what it calls is: only so is it put in place instead of being called.
CREATE OR REPLACE FUNCTION directory_schedule_shown(schedule services_directory_schedule) RETURNS json
LANGUAGE sql STABLE AS $$
    SELECT json_build_object(
        'id', schedule.id, 'service_at_location_id', schedule.service_at_location_id,
        'freq', schedule.freq, 'interval', schedule.interval, 'byday', schedule.byday,
        'bymonthday', schedule.bymonthday, 'dtstart', schedule.dtstart, 'until', schedule.until,
        'valid_from', schedule.valid_from, 'valid_to', schedule.valid_to, 'opens_at', schedule.opens_at,
        'closes_at', schedule.closes_at, 'description', schedule.description,
        'attending_type', schedule.attending_type, 'schedule_link', schedule.schedule_link, 'notes', schedule.notes
    )
$$;

CREATE FUNCTION directory_count_anew(expected integer) RETURNS void
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
        SELECT known.oid::regclass AS name
        FROM pg_class AS known
        JOIN pg_namespace AS space ON space.oid = known.relnamespace,
            LATERAL (SELECT pg_relation_size(known.oid) / current_setting('block_size')::integer AS pages) AS now
        WHERE known.oid = ANY ('{services_directory_service, services_directory_organization,
                services_directory_serviceatlocation, services_directory_location, services_directory_address,
                services_directory_accessibility, services_directory_attribute, services_directory_taxonomyterm,
                services_directory_schedule, services_directory_servicearea, services_directory_costoption,
                services_directory_language, services_directory_serviceentry}'::regclass[])
            AND now.pages > 0
            AND (
                is_wrong OR now.pages > 2 * known.relpages + 8 OR known.reltuples < known.relpages
                OR NOT EXISTS (SELECT FROM pg_stats WHERE schemaname = space.nspname AND tablename = known.relname)
            )
    LOOP
        EXECUTE format('ANALYZE (SKIP_LOCKED) %s', found.name);
    END LOOP;
END
$$;
COMMENT ON FUNCTION directory_count_anew IS
    'Lets the planner count those tables that have doubled since it did, that it knows no more of than their size, or all where it knows of fewer services than expected.';

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

SELECT directory_reindex(array_agg(id)) FROM services_directory_service HAVING count(*) > 0;
