-- Where a service is, as squares of the map in its entry: words, choices and the place then meet in GIN indexes; and where
-- each of its sessions is, so that "near" and "on Monday" can be asked of one place
-- (docs/adr/0012-the-search-keeps-its-index.md). directory_entries is the one of 0010 but for its areas and its sessions,
-- directory_schedule_shown but for the place. 0012 makes the index anew.

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

CREATE OR REPLACE FUNCTION directory_schedule_shown(schedule services_directory_schedule) RETURNS json
LANGUAGE sql IMMUTABLE AS $$
    SELECT json_build_object(
        'id', schedule.id, 'service_at_location_id', schedule.service_at_location_id,
        'freq', schedule.freq, 'interval', schedule.interval, 'byday', schedule.byday,
        'bymonthday', schedule.bymonthday, 'dtstart', schedule.dtstart, 'until', schedule.until,
        'valid_from', schedule.valid_from, 'valid_to', schedule.valid_to, 'opens_at', schedule.opens_at,
        'closes_at', schedule.closes_at, 'description', schedule.description,
        'attending_type', schedule.attending_type, 'schedule_link', schedule.schedule_link, 'notes', schedule.notes
    )
$$;
