-- directory_count_anew of 0012, but for two more tables that it counts: of which there are no statistics, since what counted
-- them was rolled back (the number of rows then stays, what is in them does not), and that were counted when they held next
-- to nothing but what had been deleted. Frozen with its migration; a change is a new file and a new migration.

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
