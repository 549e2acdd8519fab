CREATE TRIGGER core_event_no_update BEFORE UPDATE ON core_event
BEGIN SELECT RAISE(ABORT, 'UPDATE on core_event is refused: append-only'); END;
CREATE TRIGGER core_event_no_delete BEFORE DELETE ON core_event
BEGIN SELECT RAISE(ABORT, 'DELETE on core_event is refused: append-only'); END;
CREATE TRIGGER core_event_no_replace BEFORE INSERT ON core_event
WHEN EXISTS (SELECT 1 FROM core_event WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'UPDATE on core_event is refused: append-only'); END;
CREATE TRIGGER core_audit_no_update BEFORE UPDATE ON core_auditentry
BEGIN SELECT RAISE(ABORT, 'UPDATE on core_auditentry is refused: append-only'); END;
CREATE TRIGGER core_audit_no_delete BEFORE DELETE ON core_auditentry
BEGIN SELECT RAISE(ABORT, 'DELETE on core_auditentry is refused: append-only'); END;
CREATE TRIGGER core_audit_no_replace BEFORE INSERT ON core_auditentry
WHEN EXISTS (SELECT 1 FROM core_auditentry WHERE id = NEW.id OR (stream = NEW.stream AND seq = NEW.seq))
BEGIN SELECT RAISE(ABORT, 'UPDATE on core_auditentry is refused: append-only'); END;
