"""What the tables of history share: each row is sealed as it is written, and none is changed or removed.

`core_seal_of` is the one place that says what a seal is of: the audit asks it again. What is empty is left out, so that
a column which comes later does not break the seals of earlier rows. A column of a history is therefore never dropped.
"""

from django.db import migrations

SEAL = """
CREATE FUNCTION core_seal_of(line jsonb) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT encode(sha256(convert_to(jsonb_strip_nulls(line - 'pgh_seal')::text, 'UTF8')), 'hex')
$$;

-- Times are written in one zone, whoever writes: a digest of them must not depend on it.
CREATE FUNCTION core_seal_history() RETURNS trigger LANGUAGE plpgsql SET timezone = 'UTC' AS $$
BEGIN
    NEW.pgh_salt := gen_random_uuid();
    NEW.pgh_seal := core_seal_of(to_jsonb(NEW));
    RETURN NEW;
END $$;

CREATE FUNCTION core_keep_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

-- Whether a row of history is as before but for what it told of, which has gone with its salt.
CREATE FUNCTION core_is_only_emptied(before jsonb, after jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT after = (SELECT jsonb_object_agg(key, CASE
        WHEN key = 'pgh_salt' THEN '""'::jsonb WHEN key LIKE 'pgh\\_%' OR key LIKE '%\\_id' THEN value ELSE 'null'::jsonb END)
        FROM jsonb_each(before))
$$;
"""
NO_SEAL = """
DROP FUNCTION core_is_only_emptied(jsonb, jsonb);
DROP FUNCTION core_keep_history();
DROP FUNCTION core_seal_history();
DROP FUNCTION core_seal_of(jsonb);
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0002_runs")]

    operations = [migrations.RunSQL(SEAL, NO_SEAL)]
