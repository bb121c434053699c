-- The rows of the index are made of sets (docs/adr/0012-the-search-keeps-its-index.md): each table is read once for all
-- services that are wanted, and each text is folded and cut up once, however many services have it. What the rows hold
-- is what 0011 had them hold.
-- Frozen with its migration; a change is a new file and a new migration.

-- Every table is restricted by ids that are known before it is read, and sets are joined by hashes: so settings and not
-- statistics decide how it is done, and it does not matter that the planner knows nothing of a table that has just been
-- filled. In PL/pgSQL, which keeps the plan.
CREATE OR REPLACE FUNCTION directory_entries(wanted uuid[]) RETURNS SETOF services_directory_serviceentry
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY
    WITH one AS MATERIALIZED (
        SELECT id, organization_id, name, alternate_name, description, eligibility_description, application_process,
            life_course_stage, genders, referral_route, takes_direct_referrals, receiving_team_id, delivery, capacity,
            is_stale, minimum_age, maximum_age, trust_score
        FROM services_directory_service
        WHERE id = ANY (wanted) AND status = 'active' AND withdrawn_at IS NULL
    ),
    organization AS (
        SELECT id, name, alternate_name FROM services_directory_organization
        WHERE id = ANY (ARRAY(SELECT organization_id FROM one))
    ),
    attribute AS MATERIALIZED (
        SELECT service_id, taxonomy_term_id FROM services_directory_attribute WHERE service_id = ANY (wanted)
    ),
    term AS (
        SELECT attribute.service_id, string_agg(DISTINCT term.name, ' . ') AS words,
            array_agg(DISTINCT term.id ORDER BY term.id) AS ids,
            array_agg(DISTINCT CASE term.taxonomy_id WHEN '@NEEDS@' THEN 'need=' WHEN '@CAMPAIGNS@' THEN 'campaign='
                END || term.code) AS keys
        FROM attribute
        JOIN services_directory_taxonomyterm AS term ON term.id = attribute.taxonomy_term_id
        WHERE term.id = ANY (ARRAY(SELECT DISTINCT taxonomy_term_id FROM attribute))
        GROUP BY attribute.service_id
    ),
    at AS MATERIALIZED (
        SELECT id, service_id, location_id FROM services_directory_serviceatlocation WHERE service_id = ANY (wanted)
    ),
    address AS MATERIALIZED (
        SELECT location_id,
            string_agg(concat_ws(' ', address_1, address_2, city, region, postal_code), ' ' ORDER BY id) AS words,
            min(postal_code) FILTER (WHERE postal_code <> '') AS postal_code
        FROM services_directory_address
        WHERE location_id = ANY (ARRAY(SELECT DISTINCT location_id FROM at))
        GROUP BY location_id
    ),
    postcode AS MATERIALIZED (
        SELECT given.postal_code, area.code, area.name
        FROM (
            SELECT DISTINCT postal_code FROM address
            WHERE postal_code IS NOT NULL AND EXISTS (SELECT FROM services_directory_neighbourhood)
        ) AS given
        JOIN services_directory_neighbourhood AS area ON area.code = directory_neighbourhood(given.postal_code)
    ),
    place AS (
        SELECT at.service_id,
            string_agg(concat_ws(' ', place.name, place.alternate_name, address.words, postcode.name), ' . '
                ORDER BY at.id) AS words,
            array_agg(place.latitude) FILTER (WHERE place.latitude IS NOT NULL) AS latitudes,
            array_agg(place.longitude) FILTER (WHERE place.latitude IS NOT NULL) AS longitudes,
            array_agg('neighbourhood=' || postcode.code) FILTER (WHERE postcode.code IS NOT NULL) AS keys
        FROM at
        JOIN services_directory_location AS place ON place.id = at.location_id
        LEFT JOIN address ON address.location_id = at.location_id
        LEFT JOIN postcode ON postcode.postal_code = address.postal_code
        WHERE place.id = ANY (ARRAY(SELECT DISTINCT location_id FROM at))
        GROUP BY at.service_id
    ),
    accessible AS MATERIALIZED (
        SELECT id, location_id, nullif(concat_ws(E'\n', description, details, accessibility), '') AS words
        FROM services_directory_accessibility
        WHERE location_id = ANY (ARRAY(SELECT DISTINCT location_id FROM at))
    ),
    described AS MATERIALIZED (
        SELECT at.service_id, string_agg(accessible.words, E'\n' ORDER BY accessible.id) AS words
        FROM at
        JOIN accessible ON accessible.location_id = at.location_id
        GROUP BY at.service_id
    ),
    -- What a place says of itself is read once for all services that are given there.
    understood AS MATERIALIZED (
        SELECT words, directory_access_read(words) AS codes
        FROM (SELECT DISTINCT words FROM described WHERE words IS NOT NULL) AS text
    ),
    access AS (
        SELECT described.service_id, described.words, understood.codes
        FROM described LEFT JOIN understood ON understood.words = described.words
    ),
    feature AS MATERIALIZED (
        SELECT id, code::text FROM services_directory_taxonomyterm WHERE taxonomy_id = '@ACCESS@'
    ),
    stated AS (
        SELECT said.service_id, array_agg(DISTINCT feature.code ORDER BY feature.code) AS codes
        FROM (
            SELECT service_id, taxonomy_term_id FROM attribute
            UNION ALL
            SELECT at.service_id, part.taxonomy_term_id
            FROM services_directory_attribute AS part JOIN at ON at.id = part.service_at_location_id
            WHERE part.service_at_location_id = ANY (ARRAY(SELECT id FROM at))
            UNION ALL
            SELECT at.service_id, part.taxonomy_term_id
            FROM services_directory_attribute AS part JOIN at ON at.location_id = part.location_id
            WHERE part.location_id = ANY (ARRAY(SELECT DISTINCT location_id FROM at))
            UNION ALL
            SELECT at.service_id, part.taxonomy_term_id
            FROM services_directory_attribute AS part
            JOIN accessible ON accessible.id = part.accessibility_id
            JOIN at ON at.location_id = accessible.location_id
            WHERE part.accessibility_id = ANY (ARRAY(SELECT id FROM accessible))
        ) AS said
        JOIN feature ON feature.id = said.taxonomy_term_id
        GROUP BY said.service_id
    ),
    served AS MATERIALIZED (
        SELECT id, service_id, name FROM services_directory_servicearea
        WHERE service_id = ANY (wanted) AND btrim(name) <> ''
    ),
    called AS MATERIALIZED (
        SELECT name, directory_fold(name) AS folded FROM (SELECT DISTINCT name FROM served) AS given
    ),
    area AS (
        SELECT served.service_id, string_agg(served.name, ' . ' ORDER BY served.id) AS words,
            array_agg(DISTINCT called.folded) AS names,
            array_agg('neighbourhood=' || neighbourhood.code) FILTER (WHERE neighbourhood.code IS NOT NULL) AS keys
        FROM served
        JOIN called ON called.name = served.name
        LEFT JOIN services_directory_neighbourhood AS neighbourhood
            ON directory_fold(neighbourhood.name) = called.folded
        GROUP BY served.service_id
    ),
    schedule AS MATERIALIZED (
        SELECT service_id AS of, service_at_location_id, byday, opens_at, closes_at
        FROM services_directory_schedule WHERE service_id = ANY (wanted) AND byday <> ''
        UNION ALL
        SELECT at.service_id, schedule.service_at_location_id, byday, opens_at, closes_at
        FROM services_directory_schedule AS schedule JOIN at ON at.id = schedule.service_at_location_id
        WHERE schedule.service_at_location_id = ANY (ARRAY(SELECT id FROM at))
            AND schedule.service_id IS DISTINCT FROM at.service_id AND byday <> ''
    ),
    day AS MATERIALIZED (
        SELECT given.byday, week.day, (week.at - 1)::smallint AS at
        FROM (SELECT DISTINCT byday FROM schedule) AS given
        CROSS JOIN regexp_split_to_table(given.byday, ',') AS written
        JOIN unnest(ARRAY['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU']) WITH ORDINALITY AS week (day, at)
            ON btrim(written) ~ ('^[+-]?\d*' || week.day || '$')
    ),
    spot AS MATERIALIZED (
        SELECT there.id, place.latitude, place.longitude
        FROM services_directory_serviceatlocation AS there
        JOIN services_directory_location AS place ON place.id = there.location_id
        WHERE there.id = ANY (ARRAY(SELECT DISTINCT service_at_location_id FROM schedule))
            AND place.id = ANY (ARRAY(
                SELECT location_id FROM services_directory_serviceatlocation
                WHERE id = ANY (ARRAY(SELECT DISTINCT service_at_location_id FROM schedule))
            ))
    ),
    session AS (
        SELECT of, array_agg(at) AS days, array_agg(starts) AS starts, array_agg(ends) AS ends,
            array_agg(latitude) AS latitudes, array_agg(longitude) AS longitudes,
            array_agg('day=' || day) || array_agg('time_of_day=' || part) AS keys
        FROM (
            -- Sorted once, and not for each of the arrays.
            SELECT once.*, part.name AS part
            FROM (
                SELECT DISTINCT schedule.of, day.at, spot.latitude, spot.longitude, day.day,
                    (day.at * 1440 + extract(epoch FROM opens_at) / 60)::smallint AS starts,
                    (day.at * 1440 + extract(epoch FROM closes_at) / 60
                        + CASE WHEN closes_at <= opens_at THEN 1440 ELSE 0 END)::smallint AS ends
                FROM schedule
                JOIN day ON day.byday = schedule.byday
                LEFT JOIN spot ON spot.id = schedule.service_at_location_id
            ) AS once
            LEFT JOIN (VALUES ('morning', 0, 720), ('afternoon', 720, 1020), ('evening', 1020, 1440))
                AS part (name, since, till)
                ON once.starts % 1440 < part.till
                AND once.starts % 1440 + coalesce(once.ends - once.starts, 1) > part.since
            ORDER BY of, at, starts, ends, latitude, longitude
        ) AS sorted
        GROUP BY of
    ),
    cost AS (
        SELECT service_id, bool_or(amount = 0) AS is_free, min(amount) AS lowest
        FROM services_directory_costoption WHERE service_id = ANY (wanted) GROUP BY service_id
    ),
    tongue AS (
        SELECT service_id, array_agg('language=' || directory_fold(coalesce(nullif(btrim(name), ''), code))) AS keys
        FROM services_directory_language
        WHERE service_id = ANY (wanted) AND btrim(name || code) <> ''
        GROUP BY service_id
    )
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
                || CASE WHEN access.codes IS NOT NULL OR stated.codes IS NOT NULL
                    THEN ARRAY(SELECT 'access=' || code FROM unnest(access.codes || stated.codes) AS code) END
                || CASE WHEN service.life_course_stage <> '{}'
                    THEN ARRAY(SELECT 'life_course_stage=' || stage FROM unnest(service.life_course_stage) AS stage) END
                || CASE WHEN service.genders = '{}'
                    THEN '{gender=female,gender=male,gender=non_binary,gender=other}'
                    ELSE ARRAY(SELECT 'gender=' || gender FROM unnest(service.genders) AS gender) END
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
        CASE WHEN cardinality(place.latitudes) = 1 THEN ARRAY[  -- in their order, "coarse" before "fine"
                (directory_cells(place.latitudes[1], place.longitudes[1]))[2],
                (directory_cells(place.latitudes[1], place.longitudes[1]))[1]]
            WHEN place.latitudes IS NOT NULL THEN ARRAY(
                SELECT DISTINCT cell
                FROM unnest(place.latitudes, place.longitudes) AS spot (latitude, longitude),
                    unnest(directory_cells(spot.latitude, spot.longitude)) AS cell
                ORDER BY cell)
            WHEN service.delivery IN ('at_home', 'online', 'posted') THEN coalesce(area.names, '{*}')
            ELSE '{}' END,
        coalesce(session.starts, '{}'),
        coalesce(session.ends, '{}'),
        coalesce(access.codes, '{}'),
        coalesce(stated.codes, '{}'),
        service.minimum_age,
        service.maximum_age,
        cost.lowest::numeric(10, 2),
        service.is_stale,
        service.trust_score,
        coalesce(session.days, '{}'),
        coalesce(session.latitudes, '{}'),
        coalesce(session.longitudes, '{}')
    FROM one AS service
    JOIN organization ON organization.id = service.organization_id
    LEFT JOIN term ON term.service_id = service.id
    LEFT JOIN place ON place.service_id = service.id
    LEFT JOIN access ON access.service_id = service.id
    LEFT JOIN stated ON stated.service_id = service.id
    LEFT JOIN area ON area.service_id = service.id
    LEFT JOIN session ON session.of = service.id
    LEFT JOIN cost ON cost.service_id = service.id
    LEFT JOIN tongue ON tongue.service_id = service.id;
END
$$;

CREATE OR REPLACE FUNCTION directory_places(wanted uuid[]) RETURNS SETOF services_directory_placeentry
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY
    WITH at AS MATERIALIZED (
        SELECT id, service_id, location_id FROM services_directory_serviceatlocation
        WHERE service_id = ANY (ARRAY(
            SELECT id FROM services_directory_service
            WHERE id = ANY (wanted) AND status = 'active' AND withdrawn_at IS NULL
        ))
    ),
    called AS MATERIALIZED (
        SELECT address.location_id, called.name
        FROM services_directory_address AS address,
            unnest(ARRAY[address.city, address.region, address.state_province]) AS called (name)
        WHERE address.location_id = ANY (ARRAY(SELECT DISTINCT location_id FROM at)) AND btrim(called.name) <> ''
    ),
    folded AS MATERIALIZED (
        SELECT name, directory_fold(name) AS folded FROM (SELECT DISTINCT name FROM called) AS given
    ),
    locality AS (
        SELECT called.location_id, array_agg(DISTINCT folded.folded ORDER BY folded.folded) AS names
        FROM called JOIN folded ON folded.name = called.name
        GROUP BY called.location_id
    )
    SELECT at.id, place.latitude, place.longitude, coalesce(locality.names, '{}'), at.service_id
    FROM at
    JOIN services_directory_location AS place ON place.id = at.location_id
    LEFT JOIN locality ON locality.location_id = at.location_id
    WHERE place.id = ANY (ARRAY(SELECT DISTINCT location_id FROM at)) AND place.latitude IS NOT NULL;
END
$$;

CREATE OR REPLACE FUNCTION directory_cards(wanted uuid[]) RETURNS SETOF services_directory_servicecard
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY
    WITH entry AS MATERIALIZED (
        SELECT service_id, access_read, access_said FROM services_directory_serviceentry
        WHERE service_id = ANY (wanted)
    ),
    one AS MATERIALIZED (
        SELECT id, organization_id, name, description, referral_route, takes_direct_referrals, first_contact_by,
            delivery, life_course_stage, programme_length_weeks, minimum_age, maximum_age, genders
        FROM services_directory_service WHERE id = ANY (ARRAY(SELECT service_id FROM entry))
    ),
    organization AS (
        SELECT id, json_build_object('id', id, 'name', name) AS shown FROM services_directory_organization
        WHERE id = ANY (ARRAY(SELECT DISTINCT organization_id FROM one))
    ),
    attribute AS MATERIALIZED (
        SELECT id, service_id, taxonomy_term_id, link_type FROM services_directory_attribute
        WHERE service_id = ANY (wanted)
    ),
    term AS (
        SELECT attribute.service_id, json_agg(json_build_object(
                'id', term.id, 'code', term.code, 'name', term.name, 'link_type', attribute.link_type
            ) ORDER BY term.name, attribute.id) AS shown
        FROM attribute
        JOIN services_directory_taxonomyterm AS term ON term.id = attribute.taxonomy_term_id
        WHERE term.id = ANY (ARRAY(SELECT DISTINCT taxonomy_term_id FROM attribute))
        GROUP BY attribute.service_id
    ),
    cost AS (
        SELECT service_id, json_agg(json_build_object(
                'id', id, 'option', option, 'amount', amount::text, 'currency', currency,
                'amount_description', amount_description, 'valid_from', valid_from, 'valid_to', valid_to
            ) ORDER BY amount, id) AS shown
        FROM services_directory_costoption WHERE service_id = ANY (wanted) GROUP BY service_id
    ),
    at AS MATERIALIZED (
        SELECT id, service_id, location_id FROM services_directory_serviceatlocation WHERE service_id = ANY (wanted)
    ),
    address AS (
        SELECT DISTINCT ON (location_id) location_id, postal_code FROM services_directory_address
        WHERE location_id = ANY (ARRAY(SELECT DISTINCT location_id FROM at))
        ORDER BY location_id, id
    ),
    place AS (
        SELECT at.service_id, json_agg(json_build_object(
                'id', at.id, 'name', place.name, 'latitude', place.latitude, 'longitude', place.longitude,
                'postal_code', coalesce(address.postal_code, '')
            ) ORDER BY place.name, at.id) AS shown
        FROM at
        JOIN services_directory_location AS place ON place.id = at.location_id
        LEFT JOIN address ON address.location_id = at.location_id
        WHERE place.id = ANY (ARRAY(SELECT DISTINCT location_id FROM at))
        GROUP BY at.service_id
    ),
    schedule AS (
        SELECT of, json_agg(shown ORDER BY service_id NULLS LAST, dtstart, byday, opens_at, id) AS shown
        FROM (
            SELECT service_id AS of, service_id, dtstart, byday, opens_at, id, directory_schedule_shown(row) AS shown
            FROM services_directory_schedule AS row WHERE service_id = ANY (wanted)
            UNION ALL
            SELECT at.service_id, row.service_id, dtstart, byday, opens_at, row.id, directory_schedule_shown(row)
            FROM services_directory_schedule AS row JOIN at ON at.id = row.service_at_location_id
            WHERE row.service_at_location_id = ANY (ARRAY(SELECT id FROM at))
                AND row.service_id IS DISTINCT FROM at.service_id
        ) AS each
        GROUP BY of
    )
    SELECT service.id, json_build_object(
        'id', service.id,
        'name', service.name,
        'description', service.description,
        'organization', organization.shown,
        'referral_route', service.referral_route,
        'takes_direct_referrals', service.takes_direct_referrals,
        'first_contact_by', service.first_contact_by,
        'delivery', service.delivery,
        'life_course_stage', service.life_course_stage,
        'programme_length_weeks', service.programme_length_weeks,
        'minimum_age', service.minimum_age,
        'maximum_age', service.maximum_age,
        'genders', service.genders,
        'terms', coalesce(term.shown, '[]'),
        'cost_options', coalesce(cost.shown, '[]'),
        'places', coalesce(place.shown, '[]'),
        'schedules', coalesce(schedule.shown, '[]'),
        'access', CASE WHEN entry.access_read = '{}' AND entry.access_said = '{}' THEN '[]' ELSE (
            SELECT json_agg(json_build_object(
                'code', access.code, 'read_from_text', access.read AND NOT access.said
            ) ORDER BY access.code)
            FROM (
                SELECT code, code = ANY (entry.access_read) AS read, code = ANY (entry.access_said) AS said
                FROM (SELECT DISTINCT unnest(entry.access_read || entry.access_said) AS code) AS either
            ) AS access
        ) END
    )::text
    FROM one AS service
    JOIN entry ON entry.service_id = service.id
    JOIN organization ON organization.id = service.organization_id
    LEFT JOIN term ON term.service_id = service.id
    LEFT JOIN cost ON cost.service_id = service.id
    LEFT JOIN place ON place.service_id = service.id
    LEFT JOIN schedule ON schedule.of = service.id;
END
$$;

CREATE OR REPLACE FUNCTION directory_words(wanted uuid[]) RETURNS SETOF services_directory_searchword
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY
    WITH one AS MATERIALIZED (
        SELECT organization_id, name, alternate_name, description, eligibility_description, application_process
        FROM services_directory_service WHERE id = ANY (wanted)
    ),
    at AS MATERIALIZED (
        SELECT DISTINCT location_id FROM services_directory_serviceatlocation WHERE service_id = ANY (wanted)
    ),
    texts (words) AS (
        SELECT concat_ws(' ', name, alternate_name) FROM one
        UNION ALL
        SELECT DISTINCT concat_ws(' ', description, eligibility_description, application_process) FROM one
        UNION ALL
        SELECT concat_ws(' ', name, alternate_name) FROM services_directory_organization
        WHERE id = ANY (ARRAY(SELECT DISTINCT organization_id FROM one))
        UNION ALL
        SELECT name FROM services_directory_taxonomyterm
        WHERE id = ANY (ARRAY(
            SELECT DISTINCT taxonomy_term_id FROM services_directory_attribute WHERE service_id = ANY (wanted)
        ))
        UNION ALL
        SELECT DISTINCT name FROM services_directory_servicearea WHERE service_id = ANY (wanted)
        UNION ALL
        SELECT concat_ws(' ', name, alternate_name) FROM services_directory_location
        WHERE id = ANY (ARRAY(SELECT location_id FROM at))
        UNION ALL
        SELECT DISTINCT concat_ws(' ', address_1, address_2, city, region) FROM services_directory_address
        WHERE location_id = ANY (ARRAY(SELECT location_id FROM at))
        UNION ALL
        -- Where it is has been worked out for the entry.
        SELECT area.name
        FROM services_directory_neighbourhood AS area
        WHERE area.code = ANY (ARRAY(
            SELECT DISTINCT substr(key, length('neighbourhood=') + 1)
            FROM services_directory_serviceentry AS entry
            CROSS JOIN unnest(entry.keys) AS key
            WHERE entry.service_id = ANY (wanted) AND starts_with(key, 'neighbourhood=')
        ))
    )
    SELECT word, (ts_lexize('english_stem', word))[1]
    FROM (
        -- Many texts have the same words: each is folded and cut up once, and numbers are none.
        SELECT DISTINCT regexp_split_to_table(directory_fold(written), '[^[:alnum:]]+') AS word
        FROM (SELECT DISTINCT string_to_table(words, ' ') AS written FROM texts) AS pieces
        WHERE translate(written, '0123456789', '') <> ''
    ) AS words
    WHERE length(word) BETWEEN 3 AND 30 AND word ~ '[[:alpha:]]' AND ts_lexize('english_stem', word) <> '{}';
END
$$;

DO $do$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['entries', 'places', 'cards', 'words'] LOOP
        EXECUTE format('ALTER FUNCTION directory_%s(uuid[]) SET enable_seqscan = off SET enable_nestloop = off '
            || 'SET jit = off SET plan_cache_mode = force_generic_plan', name);
    END LOOP;
END
$do$;

CREATE OR REPLACE FUNCTION directory_reindex(wanted uuid[]) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    running uuid[];
    gone uuid[];
BEGIN
    -- Two that change parts of one service wait here for each other, and the second sees what the first has written.
    PERFORM 1 FROM services_directory_service WHERE id = ANY (wanted) ORDER BY id FOR NO KEY UPDATE;
    running := ARRAY(
        SELECT id FROM services_directory_service
        WHERE id = ANY (wanted) AND status = 'active' AND withdrawn_at IS NULL
    );
    gone := ARRAY(SELECT unnest(wanted) EXCEPT SELECT unnest(running));
    IF gone <> '{}' THEN
        DELETE FROM services_directory_serviceentry WHERE service_id = ANY (gone);
        DELETE FROM services_directory_servicecard WHERE service_id = ANY (gone);
    END IF;
    DELETE FROM services_directory_placeentry WHERE service_id = ANY (wanted);
    INSERT INTO services_directory_serviceentry AS entry SELECT * FROM directory_entries(running)
    ON CONFLICT (service_id) DO UPDATE SET
        (name_key, document, keys, terms, areas, starts, ends, access_read, access_said, minimum_age, maximum_age,
            lowest_cost, is_stale, trust_score, days, latitudes, longitudes)
        = (excluded.name_key, excluded.document, excluded.keys, excluded.terms, excluded.areas, excluded.starts,
            excluded.ends, excluded.access_read, excluded.access_said, excluded.minimum_age, excluded.maximum_age,
            excluded.lowest_cost, excluded.is_stale, excluded.trust_score, excluded.days, excluded.latitudes,
            excluded.longitudes)
    WHERE entry IS DISTINCT FROM excluded;
    INSERT INTO services_directory_servicecard AS card SELECT * FROM directory_cards(running)
    ON CONFLICT (service_id) DO UPDATE SET card = excluded.card WHERE card.card <> excluded.card;
    INSERT INTO services_directory_placeentry SELECT * FROM directory_places(running);
    INSERT INTO services_directory_searchword SELECT * FROM directory_words(running) ON CONFLICT DO NOTHING;
END
$$;
ALTER FUNCTION directory_reindex(uuid[]) RESET ALL;
ALTER FUNCTION directory_reindex(uuid[]) SET enable_seqscan = off SET enable_nestloop = off SET jit = off
    SET plan_cache_mode = force_generic_plan;

-- Nobody has to count before a plan is made any more.
DROP FUNCTION directory_count_anew(integer);
