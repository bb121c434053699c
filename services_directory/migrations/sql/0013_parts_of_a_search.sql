-- Those parts of a search that are the same whatever is asked (docs/adr/0012-the-search-keeps-its-index.md). As functions
-- they are planned once for a connection; as parts of the statement they were read and planned with every search.
-- Frozen with its migration; a change is a new file and a new migration.

CREATE FUNCTION directory_around(here point, at_most box, neighbourhood text) RETURNS text[]
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    RETURN (
        SELECT ARRAY['*', (
            SELECT directory_fold(name) FROM services_directory_neighbourhood WHERE code = neighbourhood
        )] || array_agg(locality)
        FROM (
            SELECT localities FROM services_directory_placeentry
            WHERE point(longitude, latitude) <@ at_most
            ORDER BY point(longitude, latitude) <-> here
            LIMIT 20
        ) AS around, unnest(localities) AS locality
    );
END
$$;
COMMENT ON FUNCTION directory_around IS
    'What the area around a point is called: its neighbourhood, the towns and counties of the nearest places, and "*".';

CREATE FUNCTION directory_keys_of_sessions(
    keys text[], days smallint[], starts smallint[], ends smallint[], latitudes float8[], longitudes float8[],
    -- What is asked of a session; null for nothing.
    here_latitude float8, here_longitude float8, within_km float8, begins_from integer, ends_by integer,
    on_days smallint[], in_parts text[]
) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    RETURN ARRAY(SELECT key FROM unnest(keys) AS key WHERE key !~ '^(day|time_of_day)=') || ARRAY(
        SELECT DISTINCT key
        FROM unnest(days, starts, ends, latitudes, longitudes) AS session (day, starts, ends, latitude, longitude)
        CROSS JOIN LATERAL (
            SELECT session.starts % 1440 AS begun, coalesce(session.ends - session.starts, 1) AS length
        ) AS clock
        CROSS JOIN LATERAL (
            SELECT coalesce(array_agg(part.name), '{}') AS names
            FROM (VALUES ('morning', 0, 720), ('afternoon', 720, 1020), ('evening', 1020, 1440))
                AS part (name, since, till)
            WHERE begun < part.till AND begun + length > part.since
        ) AS part
        CROSS JOIN LATERAL (
            SELECT 'day=' || (ARRAY['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'])[session.day + 1] AS key
            WHERE in_parts IS NULL OR part.names && in_parts
            UNION ALL
            SELECT 'time_of_day=' || name FROM unnest(part.names) AS name
            WHERE on_days IS NULL OR session.day = ANY (on_days)
        ) AS said
        WHERE (within_km IS NULL OR session.latitude IS NULL OR 2 * 6371.0 * asin(least(1, sqrt(
                sin(radians(session.latitude - here_latitude) / 2) ^ 2
                + cos(radians(here_latitude)) * cos(radians(session.latitude))
                    * sin(radians(session.longitude - here_longitude) / 2) ^ 2
            ))) <= within_km)
            AND (begins_from IS NULL OR begun >= begins_from)
            AND (ends_by IS NULL OR begun + (session.ends - session.starts) <= ends_by)
    );
END
$$;
COMMENT ON FUNCTION directory_keys_of_sessions IS
    'The keys of an entry: a day if a session of it is near and at the right time, a time if on the right day.';

CREATE FUNCTION directory_facets(keys text[], counts bigint[]) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    RETURN (
        SELECT json_agg(json_build_array(counted.key, counted.count, label.name))::text
        FROM unnest(keys, counts) AS counted (key, count)
        LEFT JOIN (
            SELECT 'need=' || code AS key, name FROM services_directory_taxonomyterm WHERE taxonomy_id = '@NEEDS@'
            UNION ALL
            SELECT 'campaign=' || code, name FROM services_directory_taxonomyterm WHERE taxonomy_id = '@CAMPAIGNS@'
            UNION ALL
            SELECT 'neighbourhood=' || code, name FROM services_directory_neighbourhood
        ) AS label ON label.key = counted.key
    );
END
$$;
COMMENT ON FUNCTION directory_facets IS 'Keys with their counts, and with the names that rows of the directory give them.';

CREATE FUNCTION directory_results(ids uuid[], distances float8[], stale boolean[]) RETURNS text[]
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    -- What is missing is null: nothing may move up, or one service would get what is said of another.
    RETURN (
        SELECT array_agg(left(json_build_object(
                'distance_km', round(page.km::numeric, 2),
                'capacity', service.capacity,
                'capacity_details', json_build_object(
                    'places', service.places,
                    'places_left', CASE WHEN service.places IS NOT NULL
                        THEN greatest(service.places - service.places_taken, 0) END,
                    'is_full_by_count', service.is_full_by_count,
                    'keeps_waiting_list', service.keeps_waiting_list,
                    'waiting_list_length', service.waiting_list_length,
                    'people_waiting', service.people_waiting,
                    'expected_wait_weeks', service.expected_wait_weeks,
                    'paused_until', service.paused_until,
                    'confirmed_at', to_char(
                        service.capacity_confirmed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'
                    )
                ),
                'receiving_team', CASE WHEN team.id IS NOT NULL
                    THEN json_build_object('id', team.id, 'name', team.name) END,
                'trust', json_build_object(
                    'score', service.trust_score, 'label', service.trust_label, 'is_stale', page.is_stale
                )
            )::text, -1) || ', ' || substr(card.card, 2) ORDER BY page.number)
        FROM unnest(ids, distances, stale) WITH ORDINALITY AS page (service_id, km, is_stale, number)
        LEFT JOIN services_directory_service AS service ON service.id = page.service_id
        LEFT JOIN services_directory_servicecard AS card ON card.service_id = page.service_id
        LEFT JOIN accounts_team AS team ON team.id = service.receiving_team_id
    );
END
$$;
COMMENT ON FUNCTION directory_results IS 'What a list shows of each of these services, as JSON, in their order.';
