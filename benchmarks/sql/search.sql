-- The raw side of benchmarks/search.py: the answer of GET /api/v1/services/ for words, a point with a distance, some
-- choices, the count and the facets, as one statement by hand. Frozen: it changes only when the answer does.
-- Parameters: whole, typed, named, termed (tsquery: the words or their synonyms; the words; only in names; only in names,
-- organisations and terms), text, latitude, longitude, km, cells (squares of the map around the circle), west, south,
-- east, north (a box of 40 km), all_of (keys that must all be there), keys and facet (the choice of one facet), needs
-- and campaigns (ids of two taxonomies), page (how many).
WITH base AS MATERIALIZED (
    SELECT entry.service_id, entry.is_stale, entry.name_key, near.km,
        -- A day and a time of day count only where a session of them is near.
        ARRAY(SELECT key FROM unnest(entry.keys) AS key WHERE key !~ '^(day|time_of_day)=') || ARRAY(
            SELECT DISTINCT unnest(ARRAY[
                'day=' || (ARRAY['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'])[session.day + 1],
                CASE WHEN starts %% 1440 < 720 AND starts %% 1440 + coalesce(ends - starts, 1) > 0
                    THEN 'time_of_day=morning' END,
                CASE WHEN starts %% 1440 < 1020 AND starts %% 1440 + coalesce(ends - starts, 1) > 720
                    THEN 'time_of_day=afternoon' END,
                CASE WHEN starts %% 1440 < 1440 AND starts %% 1440 + coalesce(ends - starts, 1) > 1020
                    THEN 'time_of_day=evening' END
            ])
            FROM unnest(entry.days, entry.starts, entry.ends, entry.latitudes, entry.longitudes)
                AS session (day, starts, ends, latitude, longitude)
            WHERE latitude IS NULL OR 2 * 6371.0 * asin(least(1, sqrt(
                sin(radians(latitude - %(latitude)s) / 2) ^ 2
                + cos(radians(%(latitude)s)) * cos(radians(latitude)) * sin(radians(longitude - %(longitude)s) / 2) ^ 2
            ))) <= %(km)s
        ) AS keys,
        entry.keys && %(keys)s::text[] AS passes,
        -((
            CASE WHEN entry.name_key = directory_fold(%(text)s) THEN 8
                WHEN entry.document @@ %(named)s::tsquery THEN 4
                WHEN entry.document @@ %(termed)s::tsquery THEN 2
                WHEN entry.document @@ %(typed)s::tsquery THEN 1 ELSE 0 END
            + ts_rank('{0.05, 0.2, 0.5, 1}', entry.document, %(whole)s::tsquery, 32)
        ) * CASE WHEN entry.is_stale THEN 0.5 ELSE 1 END)::float8 AS rank
    FROM services_directory_serviceentry AS entry
    CROSS JOIN LATERAL (
        SELECT min(2 * 6371.0 * asin(least(1, sqrt(
            sin(radians(latitude - %(latitude)s) / 2) ^ 2
            + cos(radians(%(latitude)s)) * cos(radians(latitude)) * sin(radians(longitude - %(longitude)s) / 2) ^ 2
        )))) AS km
        FROM services_directory_placeentry WHERE service_id = entry.service_id
    ) AS near
    WHERE entry.document @@ %(whole)s::tsquery
        AND entry.keys @> %(all_of)s::text[]
        AND entry.areas && (
            SELECT %(cells)s::text[] || ARRAY['*'] || array_agg(locality)
            FROM (
                SELECT localities FROM services_directory_placeentry
                WHERE point(longitude, latitude) <@ box(point(%(west)s, %(south)s), point(%(east)s, %(north)s))
                ORDER BY point(longitude, latitude) <-> point(%(longitude)s, %(latitude)s)
                LIMIT 20
            ) AS around, unnest(localities) AS locality
        )
        AND (near.km <= %(km)s OR near.km IS NULL)
), page AS (
    SELECT * FROM base WHERE passes ORDER BY rank, name_key, service_id LIMIT %(page)s
)
SELECT json_build_object(
    'count', (SELECT count(*) FROM (SELECT FROM base WHERE passes LIMIT 1001) AS counted),
    'facets', (
        SELECT json_agg(json_build_object('key', key, 'name', label.name, 'count', count))
        FROM (
            SELECT key, count(*) AS count FROM base CROSS JOIN unnest(keys) AS key
            WHERE (passes OR split_part(key, '=', 1) = %(facet)s) AND key IS NOT NULL
            GROUP BY key
        ) AS counted
        LEFT JOIN (
            SELECT 'need=' || code AS key, name FROM services_directory_taxonomyterm WHERE taxonomy_id = %(needs)s
            UNION ALL
            SELECT 'campaign=' || code, name FROM services_directory_taxonomyterm WHERE taxonomy_id = %(campaigns)s
            UNION ALL
            SELECT 'neighbourhood=' || code, name FROM services_directory_neighbourhood
        ) AS label USING (key)
    ),
    'results', (
        SELECT json_agg((left(json_build_object(
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
                'confirmed_at', service.capacity_confirmed_at
            ),
            'receiving_team', CASE WHEN team.id IS NOT NULL
                THEN json_build_object('id', team.id, 'name', team.name) END,
            'trust', json_build_object(
                'score', service.trust_score, 'label', service.trust_label, 'is_stale', page.is_stale
            )
        )::text, -1) || ', ' || substr(card.card, 2))::json ORDER BY page.rank, page.name_key, page.service_id)
        FROM page
        JOIN services_directory_service AS service ON service.id = page.service_id
        JOIN services_directory_servicecard AS card ON card.service_id = page.service_id
        LEFT JOIN accounts_team AS team ON team.id = service.receiving_team_id
    )
)::text
