-- Agencies of an account: by whose name dump tasks write into its buckets. Whom an agency trusts is an account of this
-- installation or a service.
CREATE TABLE agencies (
    id                TEXT   NOT NULL PRIMARY KEY,
    domain_id         TEXT   NOT NULL REFERENCES domains (id) ON DELETE CASCADE,
    name              TEXT   NOT NULL,
    trust_domain_id   TEXT   NOT NULL,
    trust_domain_name TEXT   NOT NULL,
    description       TEXT   NOT NULL,
    created_ms        BIGINT NOT NULL,
    UNIQUE (domain_id, name)
);

-- The agency of a task, which its descriptor says, too.
ALTER TABLE dump_tasks ADD COLUMN agency TEXT NOT NULL DEFAULT '';
UPDATE dump_tasks SET agency = json_extract(descriptor, '$.agency_name');

-- Accounts that are there get the agency that a new one gets, and those that their tasks name.
INSERT INTO agencies (id, domain_id, name, trust_domain_id, trust_domain_name, description, created_ms)
SELECT lower(hex(randomblob(16))), domain_id, name, 'dc7b3be04a52efeb018c3e61193ac7c8', 'op_svc_dis', '',
       CAST(strftime('%s', 'now') AS INTEGER) * 1000
FROM (
    SELECT id AS domain_id, 'dis_admin_agency' AS name FROM domains
    UNION
    SELECT projects.domain_id, dump_tasks.agency FROM dump_tasks JOIN projects ON projects.id = dump_tasks.project
);
