-- As in postgresql.sql. Existing keys are refused by name, because OR REPLACE deletes without firing
-- delete triggers wherever recursive_triggers is off.
CREATE TRIGGER analytics_reportfile_before_report BEFORE INSERT ON analytics_reportfile
WHEN EXISTS (SELECT 1 FROM analytics_report WHERE id = NEW.report_id)
BEGIN SELECT RAISE(ABORT, 'analytics_reportfile_before_report: the report is complete'); END;
CREATE TRIGGER analytics_reportfile_no_replace BEFORE INSERT ON analytics_reportfile
WHEN EXISTS (SELECT 1 FROM analytics_reportfile
              WHERE id = NEW.id OR (report_id = NEW.report_id AND name = NEW.name))
BEGIN SELECT RAISE(ABORT, 'UPDATE on analytics_reportfile is refused: append-only'); END;
CREATE TRIGGER analytics_reportfile_no_update BEFORE UPDATE ON analytics_reportfile
BEGIN SELECT RAISE(ABORT, 'UPDATE on analytics_reportfile is refused: append-only'); END;
CREATE TRIGGER analytics_reportfile_no_delete BEFORE DELETE ON analytics_reportfile
BEGIN SELECT RAISE(ABORT, 'DELETE on analytics_reportfile is refused: append-only'); END;
CREATE TRIGGER analytics_report_no_replace BEFORE INSERT ON analytics_report
WHEN EXISTS (SELECT 1 FROM analytics_report
              WHERE id = NEW.id OR job_id = NEW.job_id
                 OR (kind = NEW.kind AND seller_id IS NEW.seller_id AND first = NEW.first AND last = NEW.last
                     AND interval = NEW.interval AND version = NEW.version))
BEGIN SELECT RAISE(ABORT, 'UPDATE on analytics_report is refused: append-only'); END;
CREATE TRIGGER analytics_report_no_update BEFORE UPDATE ON analytics_report
BEGIN SELECT RAISE(ABORT, 'UPDATE on analytics_report is refused: append-only'); END;
CREATE TRIGGER analytics_report_no_delete BEFORE DELETE ON analytics_report
BEGIN SELECT RAISE(ABORT, 'DELETE on analytics_report is refused: append-only'); END;
