-- The search index keeps itself: ADR 0012. Frozen with its migration; a change is a new file and a new migration.

-- --- How words are read -------------------------------------------------------------------------------------------

CREATE TEXT SEARCH CONFIGURATION directory (COPY = english);
ALTER TEXT SEARCH CONFIGURATION directory
    ALTER MAPPING FOR hword, hword_part, word WITH unaccent, english_stem;

-- Functions of a line or two are in SQL where PostgreSQL can put them in place, else in PL/pgSQL, which keeps its plans.

CREATE FUNCTION directory_fold(words text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
    RETURN btrim(regexp_replace(lower(unaccent('unaccent'::regdictionary, words)), '\s+', ' ', 'g'));
END
$$;
CREATE FUNCTION directory_vector(words text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
    -- The parser takes "food/fuel" for the path of a file.
    to_tsvector('directory'::regconfig, translate(words, '/_', '  '));
COMMENT ON FUNCTION directory_fold IS 'Words without case, accents and double spaces: how names are compared.';

-- --- What free text says of access --------------------------------------------------------------------------------

CREATE FUNCTION directory_access_read(words text) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
    -- One part is what stands between full stops, semicolons, line breaks and words that turn the sense. In a part, a
    -- feature counts if no "no" stands before it, and none between it and the next comma. What is partly, soon or on
    -- request is not counted either: a person who relies on it must ask first.
    RETURN (SELECT coalesce(array_agg(DISTINCT feature.code ORDER BY feature.code), '{}')
    FROM regexp_split_to_table(
            regexp_replace(directory_fold(words), '\m(no|without) (steps|stairs)\M', 'step-free', 'g'),
            '[.;!?\n•|]|\m(but|however|although|though|whereas|yet)\M'
        ) AS part,
        (VALUES
            ('step_free', '(step[- ]?free|level (access|entrance|entry)|wheelchair[- ](access|accessible|friendly)\M(?! (toilet|wc|loo|parking))|access(ible)? (for|to|by) wheelchairs?|(ramped|ramp) (access|entrance|entry|to the))'),
            ('lift', '\mlifts?\M(?! club)'),
            ('accessible_toilet', '((accessible|disabled|adapted) (toilet|wc|loo|lavator)|(toilet|wc|loo)s? (is |are )?(wheelchair )?accessible)'),
            ('changing_places', 'changing places?( toilet| facility|\M)'),
            ('hearing_loop', '((hearing|induction|audio) loop|loop system)'),
            ('parking', '((accessible|disabled|blue badge) (car )?(parking|bays?|spaces?)|blue badge)'),
            ('quiet_space', '(quiet (space|room|area|corner|hour)|sensory room)'),
            ('sign_language', '(british sign language|\mbsl\M|sign language)'),
            ('assistance_dogs', '(assistance|guide|hearing) dogs?( are)?( welcome| allowed|\M)')
        ) AS feature (code, said),
        (VALUES ('(\m(no|not|non|none|nor|neither|never|without|lacks?|lacking|cannot|unable|unavailable|inaccessible|unsuitable|unfortunately|except|excluding|only|limited|partial|partially|partly|poor|difficult|broken|nearest|nearby|planned|planning|soon|hope|hoping|request|unknown|tbc|portable|temporary|steps|stairs)\M|n[''’]t\M)'))
            AS denial (said)
    WHERE part ~ feature.said
        AND part !~ (denial.said || '.*' || feature.said)
        AND part !~ (feature.said || '[^,]*' || denial.said));
END
$$;
COMMENT ON FUNCTION directory_access_read IS 'The codes of access.py that a description states plainly.';

-- --- What the rows of the index are -------------------------------------------------------------------------------

CREATE FUNCTION directory_neighbourhood(written text) RETURNS text
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE AS $$
BEGIN
    -- As selectors.locate has it: an LSOA before a ward, a ward before a sector.
    RETURN (SELECT area.code
    FROM (SELECT upper(regexp_replace(written, '\s', '', 'g')) AS code) AS given
    LEFT JOIN services_directory_postcode AS known ON known.code = given.code
    JOIN services_directory_neighbourhood AS area
        ON known.lsoa = ANY (area.lsoas) OR known.ward = ANY (area.wards)
        OR left(given.code, -3) || ' ' || substr(given.code, length(given.code) - 2, 1) = ANY (area.sectors)
    WHERE given.code ~ '^[A-Z0-9]{5,7}$'
    ORDER BY CASE WHEN known.lsoa = ANY (area.lsoas) THEN 1 WHEN known.ward = ANY (area.wards) THEN 2 ELSE 3 END,
        area.code
    LIMIT 1);
END
$$;
COMMENT ON FUNCTION directory_neighbourhood IS 'The code of the neighbourhood that a postcode lies in, or null.';

CREATE FUNCTION directory_schedules(wanted uuid) RETURNS SETOF services_directory_schedule
LANGUAGE sql STABLE AS $$
    SELECT * FROM services_directory_schedule WHERE service_id = wanted
    UNION
    SELECT schedule.*
    FROM services_directory_serviceatlocation AS at
    JOIN services_directory_schedule AS schedule ON schedule.service_at_location_id = at.id
    WHERE at.service_id = wanted
$$;
COMMENT ON FUNCTION directory_schedules IS 'When a service happens, everywhere or at one of its places.';

CREATE FUNCTION directory_keys_of_now(capacity text, is_stale boolean) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
    ARRAY['stale=' || is_stale]
    || CASE WHEN capacity <> '' THEN ARRAY['capacity=' || capacity] END
    || CASE WHEN capacity NOT IN ('full', 'paused') THEN ARRAY['has_room=true'] END;
COMMENT ON FUNCTION directory_keys_of_now IS 'The keys of what changes from day to day.';

CREATE FUNCTION directory_entries(wanted uuid[]) RETURNS SETOF services_directory_serviceentry
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
        CASE WHEN service.delivery NOT IN ('at_home', 'online', 'posted') OR place.on_the_map THEN '{}'
            ELSE coalesce(area.names, '{*}') END,
        coalesce(session.starts, '{}'),
        coalesce(session.ends, '{}'),
        coalesce(access.read, '{}'),
        coalesce(access.said, '{}'),
        service.minimum_age,
        service.maximum_age,
        cost.lowest,
        service.is_stale,
        service.trust_score
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
            coalesce(bool_or(place.latitude IS NOT NULL), false) AS on_the_map,
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
        SELECT array_agg(session.starts ORDER BY session.starts, session.ends)
                FILTER (WHERE session.starts IS NOT NULL) AS starts,
            array_agg(session.ends ORDER BY session.starts, session.ends)
                FILTER (WHERE session.starts IS NOT NULL) AS ends,
            array_agg('day=' || session.day) || array_agg('time_of_day=' || part.name) AS keys
        FROM (
            SELECT DISTINCT week.day,
                ((week.at - 1) * 1440 + extract(epoch FROM opens_at) / 60)::smallint AS starts,
                ((week.at - 1) * 1440 + extract(epoch FROM closes_at) / 60
                    + CASE WHEN closes_at <= opens_at THEN 1440 ELSE 0 END)::smallint AS ends
            FROM directory_schedules(service.id) AS schedule
            CROSS JOIN regexp_split_to_table(schedule.byday, ',') AS written
            JOIN unnest(ARRAY['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU']) WITH ORDINALITY AS week (day, at)
                ON btrim(written) ~ ('^[+-]?\d*' || week.day || '$')
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

CREATE FUNCTION directory_places(wanted uuid[]) RETURNS SETOF services_directory_placeentry
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
    JOIN services_directory_service AS service ON service.id = at.service_id
    JOIN services_directory_location AS place ON place.id = at.location_id
    WHERE at.service_id = ANY (wanted) AND service.status = 'active' AND service.withdrawn_at IS NULL
        AND place.latitude IS NOT NULL
$$;

CREATE FUNCTION directory_schedule_shown(schedule services_directory_schedule) RETURNS json
LANGUAGE sql IMMUTABLE AS $$
    SELECT json_build_object(
        'id', schedule.id, 'freq', schedule.freq, 'interval', schedule.interval, 'byday', schedule.byday,
        'bymonthday', schedule.bymonthday, 'dtstart', schedule.dtstart, 'until', schedule.until,
        'valid_from', schedule.valid_from, 'valid_to', schedule.valid_to, 'opens_at', schedule.opens_at,
        'closes_at', schedule.closes_at, 'description', schedule.description,
        'attending_type', schedule.attending_type, 'schedule_link', schedule.schedule_link, 'notes', schedule.notes
    )
$$;

CREATE FUNCTION directory_cards(wanted uuid[]) RETURNS SETOF services_directory_servicecard
LANGUAGE sql STABLE AS $$
    SELECT service.id, json_build_object(
        'id', service.id,
        'name', service.name,
        'description', service.description,
        'organization', json_build_object('id', organization.id, 'name', organization.name),
        'referral_route', service.referral_route,
        'takes_direct_referrals', service.takes_direct_referrals,
        'first_contact_by', service.first_contact_by,
        'delivery', service.delivery,
        'life_course_stage', service.life_course_stage,
        'programme_length_weeks', service.programme_length_weeks,
        'minimum_age', service.minimum_age,
        'maximum_age', service.maximum_age,
        'genders', service.genders,
        'terms', (
            SELECT coalesce(json_agg(json_build_object(
                'id', term.id, 'code', term.code, 'name', term.name, 'link_type', attribute.link_type
            ) ORDER BY term.name, attribute.id), '[]')
            FROM services_directory_attribute AS attribute
            JOIN services_directory_taxonomyterm AS term ON term.id = attribute.taxonomy_term_id
            WHERE attribute.service_id = service.id
        ),
        'cost_options', (
            SELECT coalesce(json_agg(json_build_object(
                'id', id, 'option', option, 'amount', amount::text, 'currency', currency,
                'amount_description', amount_description, 'valid_from', valid_from, 'valid_to', valid_to
            ) ORDER BY amount, id), '[]')
            FROM services_directory_costoption WHERE service_id = service.id
        ),
        'places', (
            SELECT coalesce(json_agg(json_build_object(
                'id', at.id, 'name', place.name, 'latitude', place.latitude, 'longitude', place.longitude,
                'postal_code', coalesce((
                    SELECT postal_code FROM services_directory_address
                    WHERE location_id = place.id ORDER BY id LIMIT 1
                ), '')
            ) ORDER BY place.name, at.id), '[]')
            FROM services_directory_serviceatlocation AS at
            JOIN services_directory_location AS place ON place.id = at.location_id
            WHERE at.service_id = service.id
        ),
        'schedules', (
            SELECT coalesce(json_agg(directory_schedule_shown(schedule)
                ORDER BY schedule.service_id NULLS LAST, dtstart, byday, opens_at, schedule.id), '[]')
            FROM directory_schedules(service.id) AS schedule
        ),
        'access', (
            SELECT coalesce(json_agg(json_build_object(
                'code', access.code, 'read_from_text', access.read AND NOT access.said
            ) ORDER BY access.code), '[]')
            FROM (
                SELECT code, code = ANY (entry.access_read) AS read, code = ANY (entry.access_said) AS said
                FROM (SELECT DISTINCT unnest(entry.access_read || entry.access_said) AS code) AS either
            ) AS access
        )
    )::text
    FROM services_directory_service AS service
    JOIN services_directory_serviceentry AS entry ON entry.service_id = service.id
    JOIN services_directory_organization AS organization ON organization.id = service.organization_id
    WHERE service.id = ANY (wanted)
$$;

CREATE FUNCTION directory_words(wanted uuid[]) RETURNS SETOF services_directory_searchword
LANGUAGE sql STABLE AS $$
    SELECT word, (ts_lexize('english_stem', word))[1]
    FROM (
        SELECT DISTINCT regexp_split_to_table(directory_fold(words), '[^[:alnum:]]+') AS word
        FROM (
            SELECT concat_ws(' ', service.name, service.alternate_name, service.description,
                service.eligibility_description, service.application_process, organization.name,
                organization.alternate_name)
            FROM services_directory_service AS service
            JOIN services_directory_organization AS organization ON organization.id = service.organization_id
            WHERE service.id = ANY (wanted)
            UNION ALL
            SELECT DISTINCT term.name
            FROM services_directory_attribute AS attribute
            JOIN services_directory_taxonomyterm AS term ON term.id = attribute.taxonomy_term_id
            WHERE attribute.service_id = ANY (wanted)
            UNION ALL
            SELECT name FROM services_directory_servicearea WHERE service_id = ANY (wanted)
            UNION ALL
            SELECT concat_ws(' ', place.name, place.alternate_name, address_1, address_2, city, region, area.name)
            FROM services_directory_serviceatlocation AS at
            JOIN services_directory_location AS place ON place.id = at.location_id
            LEFT JOIN services_directory_address AS address ON address.location_id = place.id
            LEFT JOIN services_directory_neighbourhood AS area
                ON area.code = directory_neighbourhood(address.postal_code)
            WHERE at.service_id = ANY (wanted)
        ) AS texts (words)
    ) AS words
    WHERE length(word) BETWEEN 3 AND 30 AND word ~ '[[:alpha:]]' AND ts_lexize('english_stem', word) <> '{}'
$$;

-- --- How it is kept -----------------------------------------------------------------------------------------------

CREATE FUNCTION directory_reindex(wanted uuid[]) RETURNS void
LANGUAGE plpgsql SET jit = off SET plan_cache_mode = force_generic_plan AS $$  -- to plan and to compile these takes longer than to run them
BEGIN
    -- Two that change parts of one service wait here for each other, and the second sees what the first has written.
    PERFORM 1 FROM services_directory_service WHERE id = ANY (wanted) ORDER BY id FOR NO KEY UPDATE;
    DELETE FROM services_directory_serviceentry AS entry WHERE service_id = ANY (wanted) AND NOT EXISTS (
        SELECT FROM services_directory_service
        WHERE id = entry.service_id AND status = 'active' AND withdrawn_at IS NULL
    );
    INSERT INTO services_directory_serviceentry AS entry SELECT * FROM directory_entries(wanted)
    ON CONFLICT (service_id) DO UPDATE SET
        (name_key, document, keys, terms, areas, starts, ends, access_read, access_said, minimum_age, maximum_age,
            lowest_cost, is_stale, trust_score)
        = (excluded.name_key, excluded.document, excluded.keys, excluded.terms, excluded.areas, excluded.starts,
            excluded.ends, excluded.access_read, excluded.access_said, excluded.minimum_age, excluded.maximum_age,
            excluded.lowest_cost, excluded.is_stale, excluded.trust_score)
    WHERE entry IS DISTINCT FROM excluded;
    DELETE FROM services_directory_servicecard AS card WHERE service_id = ANY (wanted) AND NOT EXISTS (
        SELECT FROM services_directory_serviceentry AS entry WHERE entry.service_id = card.service_id
    );
    INSERT INTO services_directory_servicecard AS card SELECT * FROM directory_cards(wanted)
    ON CONFLICT (service_id) DO UPDATE SET card = excluded.card WHERE card.card <> excluded.card;
    DELETE FROM services_directory_placeentry WHERE service_id = ANY (wanted);
    INSERT INTO services_directory_placeentry SELECT * FROM directory_places(wanted);
    INSERT INTO services_directory_searchword SELECT * FROM directory_words(
        ARRAY(SELECT service_id FROM services_directory_serviceentry WHERE service_id = ANY (wanted))
    ) ON CONFLICT DO NOTHING;
END
$$;
COMMENT ON FUNCTION directory_reindex IS 'Makes the rows of the index for these services anew.';

CREATE FUNCTION directory_touch(touched uuid[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF touched IS NULL THEN
        RETURN;
    ELSIF current_setting('directory.held', true) = 'yes' THEN
        INSERT INTO pg_temp.directory_touched SELECT DISTINCT unnest(touched) ON CONFLICT DO NOTHING;
    ELSE
        PERFORM directory_reindex(touched);
    END IF;
END
$$;
COMMENT ON FUNCTION directory_touch IS 'Says that services have changed: they are indexed now, or at directory_release.';

CREATE FUNCTION directory_hold() RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF to_regclass('pg_temp.directory_touched') IS NULL THEN
        CREATE TEMPORARY TABLE directory_touched (service_id uuid PRIMARY KEY) ON COMMIT DELETE ROWS;
    END IF;
    PERFORM set_config('directory.held', 'yes', true);
END
$$;
COMMENT ON FUNCTION directory_hold IS 'Holds the index back for the rest of this transaction, or until directory_release.';

CREATE FUNCTION directory_release() RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('directory.held', 'no', true);
    PERFORM directory_reindex(array_agg(service_id)) FROM pg_temp.directory_touched HAVING count(*) > 0;
    DELETE FROM pg_temp.directory_touched;
END
$$;
COMMENT ON FUNCTION directory_release IS 'Indexes, in one go, what has changed since directory_hold.';

CREATE FUNCTION directory_part_changed() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    -- The argument is a query for services; %s stands in it for the rows that differ from what they were.
    changed text := CASE TG_OP WHEN 'UPDATE'
        THEN '((TABLE before EXCEPT TABLE after) UNION (TABLE after EXCEPT TABLE before))'
        ELSE '(TABLE touched)' END;
    services uuid[];
BEGIN
    EXECUTE format('SELECT array_agg(DISTINCT service_id) FROM (' || TG_ARGV[0] || ') AS found (service_id) '
        || 'WHERE service_id IS NOT NULL', changed) INTO services;
    PERFORM directory_touch(services);
    RETURN NULL;
END
$$;

CREATE FUNCTION directory_service_changed() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    services uuid[];
BEGIN
    IF TG_OP = 'UPDATE' THEN
        SELECT array_agg(after.id) INTO services FROM after JOIN before USING (id)
        WHERE (
            after.organization_id, after.name, after.alternate_name, after.description, after.status,
            after.withdrawn_at IS NULL, after.eligibility_description, after.application_process, after.referral_route,
            after.takes_direct_referrals, after.receiving_team_id, after.first_contact_by, after.delivery,
            after.life_course_stage, after.programme_length_weeks, after.minimum_age, after.maximum_age, after.genders
        ) IS DISTINCT FROM (
            before.organization_id, before.name, before.alternate_name, before.description, before.status,
            before.withdrawn_at IS NULL, before.eligibility_description, before.application_process,
            before.referral_route, before.takes_direct_referrals, before.receiving_team_id, before.first_contact_by,
            before.delivery, before.life_course_stage, before.programme_length_weeks, before.minimum_age,
            before.maximum_age, before.genders
        );
        -- What changes from day to day must not cost a new index of all words.
        UPDATE services_directory_serviceentry AS entry SET
            is_stale = after.is_stale,
            trust_score = after.trust_score,
            keys = ARRAY(
                SELECT key FROM unnest(entry.keys) AS key WHERE key !~ '^(stale|capacity|has_room)='
                UNION SELECT unnest(directory_keys_of_now(after.capacity, after.is_stale)) ORDER BY 1
            )
        FROM after JOIN before USING (id)
        WHERE entry.service_id = after.id AND (after.capacity, after.is_stale, after.trust_score)
            IS DISTINCT FROM (before.capacity, before.is_stale, before.trust_score);
    ELSIF TG_OP = 'INSERT' THEN
        SELECT array_agg(id) INTO services FROM touched;
    ELSE
        DELETE FROM services_directory_placeentry WHERE service_id IN (SELECT id FROM touched);
        DELETE FROM services_directory_servicecard WHERE service_id IN (SELECT id FROM touched);
        DELETE FROM services_directory_serviceentry WHERE service_id IN (SELECT id FROM touched);
    END IF;
    PERFORM directory_touch(services);
    RETURN NULL;
END
$$;

DO $do$
DECLARE
    at text := 'JOIN services_directory_serviceatlocation AS at ON ';
    part record;
BEGIN
    FOR part IN
        SELECT 'service' AS name, 'directory_service_changed()' AS does
        UNION ALL
        SELECT name, format('directory_part_changed(%L)', query) FROM (VALUES
            ('serviceatlocation', 'SELECT service_id FROM %s AS part'),
            ('servicearea', 'SELECT service_id FROM %s AS part'),
            ('costoption', 'SELECT service_id FROM %s AS part'),
            ('language', 'SELECT service_id FROM %s AS part'),
            ('schedule', 'SELECT coalesce(at.service_id, part.service_id) FROM %s AS part LEFT '
                || at || 'at.id = part.service_at_location_id'),
            ('attribute', 'SELECT coalesce(at.service_id, part.service_id) FROM %s AS part '
                || 'LEFT JOIN services_directory_accessibility AS access ON access.id = part.accessibility_id LEFT '
                || at || 'at.id = part.service_at_location_id OR at.location_id = part.location_id '
                || 'OR at.location_id = access.location_id'),
            ('address', 'SELECT at.service_id FROM %s AS part ' || at || 'at.location_id = part.location_id'),
            ('accessibility', 'SELECT at.service_id FROM %s AS part ' || at || 'at.location_id = part.location_id'),
            ('location', 'SELECT at.service_id FROM %s AS part ' || at || 'at.location_id = part.id'),
            ('organization', 'SELECT service.id FROM %s AS part '
                || 'JOIN services_directory_service AS service ON service.organization_id = part.id'),
            ('taxonomyterm', 'SELECT coalesce(at.service_id, attribute.service_id) FROM %s AS part '
                || 'JOIN services_directory_attribute AS attribute ON attribute.taxonomy_term_id = part.id '
                || 'LEFT JOIN services_directory_accessibility AS access ON access.id = attribute.accessibility_id LEFT '
                || at || 'at.id = attribute.service_at_location_id OR at.location_id = attribute.location_id '
                || 'OR at.location_id = access.location_id'),
            -- Few rows that seldom change; where every service lies depends on them.
            ('neighbourhood', 'SELECT service.id FROM services_directory_service AS service '
                || 'WHERE EXISTS (SELECT FROM %s AS part)')
        ) AS parts (name, query)
    LOOP
        EXECUTE format('CREATE TRIGGER directory_index_insert AFTER INSERT ON services_directory_%s '
            || 'REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION %s', part.name, part.does);
        EXECUTE format('CREATE TRIGGER directory_index_update AFTER UPDATE ON services_directory_%s '
            || 'REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION %s',
            part.name, part.does);
        EXECUTE format('CREATE TRIGGER directory_index_delete AFTER DELETE ON services_directory_%s '
            || 'REFERENCING OLD TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION %s', part.name, part.does);
    END LOOP;
END
$do$;

CREATE INDEX place_entry_on_the_map ON services_directory_placeentry USING gist (point(longitude, latitude));
CREATE INDEX search_word_alike ON services_directory_searchword USING gist (word gist_trgm_ops(siglen = 64));

SELECT directory_reindex(array_agg(id)) FROM services_directory_service HAVING count(*) > 0;
