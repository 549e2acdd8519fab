-- The posting function: one round trip from locks to header, so that no lock waits for a client.
-- ledger/engines/journal.py takes the same steps where there is no such function.

-- Refusals are integrity errors whose constraint is the refusal's code and whose detail is its facts.
CREATE OR REPLACE FUNCTION ledger_refuse(code text, facts jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '%', code USING ERRCODE = '23514', CONSTRAINT = code, DETAIL = facts::text;
END $$;

CREATE OR REPLACE FUNCTION ledger_hash_field(value text) RETURNS bytea LANGUAGE sql STABLE AS $$
  SELECT int4send(octet_length(value)) || convert_to(value, 'UTF8')
$$;

-- The canonical form of ledger/canonical.py: a version byte, then each field behind its length. In SQL
-- and of single values, so that the planner puts it in the place of the call.
CREATE OR REPLACE FUNCTION ledger_entry_hash(
  previous bytea, code text, account_seq bigint, transaction_id uuid, line_no smallint, lines smallint,
  currency text, amount bigint, balance_after bigint, microseconds text
) RETURNS bytea LANGUAGE sql STABLE AS $$
  SELECT sha256(previous || '\x01'::bytea
    || ledger_hash_field(code) || ledger_hash_field(account_seq::text)
    || '\x00000010'::bytea || uuid_send(transaction_id)
    || ledger_hash_field(line_no::text) || ledger_hash_field(lines::text)
    || ledger_hash_field(currency) || ledger_hash_field(amount::text)
    || ledger_hash_field(balance_after::text) || ledger_hash_field(microseconds))
$$;

-- Opens what is missing, in order of code.
CREATE OR REPLACE FUNCTION ledger_open_accounts(accounts jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO ledger_account (code, kind, currency, min_balance, tier, owner_id,
                              balance, version, head_hash, status)
  SELECT s.code, s.kind, s.currency, s.min_balance, s.tier, s.owner_id,
         0, 0, decode(repeat('00', 32), 'hex'), 'open'
    FROM jsonb_to_recordset(accounts) AS s(code text, kind text, currency text,
                                           min_balance bigint, tier smallint, owner_id uuid)
   ORDER BY s.code
      ON CONFLICT (code) DO NOTHING;
END $$;

-- What a recorded transaction left on its accounts, from the entries of that time.
CREATE OR REPLACE FUNCTION ledger_left(posted uuid) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (
    SELECT jsonb_agg(jsonb_build_object(
             'account', a.code, 'currency', a.currency,
             'balance', e.balance_after, 'version', e.account_seq) ORDER BY e.line_no)
      FROM ledger_entry e JOIN ledger_account a ON a.id = e.account_id
     WHERE e.transaction_id = posted);
END $$;

CREATE OR REPLACE FUNCTION ledger_check_reversal(original uuid, undone uuid[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM ledger_transaction WHERE id = original) THEN
    PERFORM ledger_refuse('transaction_not_found', '{}');
  END IF;
  IF original = ANY (undone)
     OR EXISTS (SELECT FROM ledger_transaction WHERE reverses_id = original) THEN
    PERFORM ledger_refuse('already_reversed', '{}');
  END IF;
END $$;

CREATE OR REPLACE FUNCTION ledger_check_resolution(hold uuid, how text, at timestamptz)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  placed ledger_hold;
BEGIN
  SELECT * INTO placed FROM ledger_hold WHERE id = hold;
  IF placed.id IS NULL THEN
    PERFORM ledger_refuse('hold_not_found', '{}');
  END IF;
  IF EXISTS (SELECT FROM ledger_holdresolution WHERE hold_id = hold) THEN
    PERFORM ledger_refuse('hold_resolved', (
      SELECT jsonb_build_object('kind', kind) FROM ledger_holdresolution WHERE hold_id = hold));
  END IF;
  IF how = 'captured' AND placed.expires_at <= at THEN
    PERFORM ledger_refuse('hold_expired', '{}');
  END IF;
  IF how = 'expired' AND (placed.expires_at > at OR placed.expires_at IS NULL) THEN
    PERFORM ledger_refuse('hold_not_due', '{}');
  END IF;
END $$;

CREATE OR REPLACE FUNCTION ledger_end_holds(resolves jsonb, posting uuid, at timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  resolution record;
BEGIN
  FOR resolution IN
    SELECT * FROM jsonb_to_recordset(resolves) AS r(hold_id uuid, kind text, captured bigint)
  LOOP
    PERFORM ledger_check_resolution(resolution.hold_id, resolution.kind, at);
    INSERT INTO ledger_holdresolution (hold_id, kind, captured, transaction_id, resolved_at)
    VALUES (resolution.hold_id, resolution.kind, resolution.captured, posting, at);
  END LOOP;
END $$;

CREATE OR REPLACE FUNCTION ledger_place_holds(places jsonb, posting uuid, at timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO ledger_hold (id, wallet_id, held_id, amount, purpose, reference, expires_at,
                           placed_by_id, created_at)
  SELECT h.id, w.id, a.id, h.amount, h.purpose, h.reference,
         at + h.lasting * interval '1 microsecond', posting, at
    FROM jsonb_to_recordset(places) AS h(
           id uuid, wallet text, held text, amount bigint, purpose text, reference text,
           lasting bigint)
    JOIN ledger_account w ON w.code = h.wallet JOIN ledger_account a ON a.code = h.held;
END $$;

-- Says why the account takes no line of amount.
CREATE OR REPLACE FUNCTION ledger_refuse_line(account ledger_account, amount bigint) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  IF account.status <> 'open' THEN
    PERFORM ledger_refuse('account_frozen', jsonb_build_object('status', account.status));
  END IF;
  IF account.balance::numeric + amount < account.min_balance THEN
    PERFORM ledger_refuse('insufficient_funds', jsonb_build_object(
      'available', account.balance::numeric - account.min_balance, 'asked', -amount,
      'currency', account.currency));
  END IF;
  PERFORM ledger_refuse('balance_too_large', '{}');
END $$;

-- All entries at once, so that each account is projected once, and then the headers.
CREATE OR REPLACE FUNCTION ledger_write(entries ledger_entry[], postings jsonb[], at timestamptz)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO ledger_entry (transaction_id, line_no, lines, account_id, currency, amount,
                            account_seq, balance_after, recorded_at, entry_hash)
  SELECT transaction_id, line_no, lines, account_id, currency, amount,
         account_seq, balance_after, recorded_at, entry_hash
    FROM unnest(entries);
  INSERT INTO ledger_transaction (id, kind, idem_scope, idem_key, fingerprint, lines, reverses_id,
                                  effective_at, recorded_at, actor_id, reason, metadata)
  SELECT (p ->> 'id')::uuid, p ->> 'kind', p ->> 'scope', p ->> 'key', p ->> 'fingerprint',
         jsonb_array_length(p -> 'lines'), (p ->> 'reverses')::uuid,
         coalesce((p ->> 'effective_at')::timestamptz, at), at, (p ->> 'actor_id')::uuid,
         p ->> 'reason', p -> 'metadata'
    FROM unnest(postings) p;
END $$;

-- accounts: [{code, kind, currency, min_balance, tier, owner_id}], each once.
-- postings: [{id, kind, scope, key, fingerprint, lines: [{account, amount}], effective_at, actor_id,
--             reason, metadata, reverses, places: [{id, wallet, held, amount, purpose, reference,
--             lasting (in microseconds)}], resolves: [{hold_id, kind, captured}]}], one line per account.
-- Answers [{id, recorded_at, replayed, balances: [{account, currency, balance, version}]}] in order,
-- or refuses everything. Locks accounts by (tier, id), the one order that cannot deadlock, but none
-- before all are there: opening one under a lock could deadlock. Reads the clock after that; it is
-- never before an account's last entry.
-- The planner takes every JSON array for a hundred rows, and would rather read all accounts.
CREATE OR REPLACE FUNCTION ledger_post(accounts jsonb, postings jsonb) RETURNS jsonb
LANGUAGE plpgsql SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
  books ledger_account[];
  codes text[];
  strange text;
  at timestamptz;
  microseconds text;
  posting jsonb;
  line jsonb;
  known record;
  place integer;
  account ledger_account;
  entry ledger_entry;
  balances jsonb[];
  entries ledger_entry[] := '{}';
  undone uuid[] := '{}';
  fresh jsonb[] := '{}';
  answers jsonb[] := '{}';
BEGIN
  FOR attempt IN 1..2 LOOP
    SELECT array_agg(locked.a), array_agg((locked.a).code), min((locked.a).code) FILTER (WHERE differs),
           greatest(core_clock(), max((locked.a).last_at))
      INTO books, codes, strange, at
      FROM (SELECT a, (a.kind, a.currency, a.min_balance, a.tier, a.owner_id) IS DISTINCT FROM
                      (s.kind, s.currency, s.min_balance, s.tier, s.owner_id) AS differs
              FROM jsonb_to_recordset(accounts) AS s(code text, kind text, currency text,
                     min_balance bigint, tier smallint, owner_id uuid)
              JOIN ledger_account a ON a.code = s.code
             WHERE jsonb_array_length(accounts) = (
                     SELECT count(*) FROM ledger_account WHERE code = ANY (ARRAY(
                       SELECT s ->> 'code' FROM jsonb_array_elements(accounts) s)))
             ORDER BY a.tier, a.id FOR NO KEY UPDATE OF a) locked;
    EXIT WHEN books IS NOT NULL;
    PERFORM ledger_open_accounts(accounts);
  END LOOP;
  IF strange IS NOT NULL THEN
    PERFORM ledger_refuse('account_mismatch', jsonb_build_object('account', strange));
  END IF;
  entry.recorded_at := at;
  microseconds := (extract(epoch FROM at) * 1000000)::bigint;
  FOR p IN 0 .. jsonb_array_length(postings) - 1 LOOP
    posting := postings -> p;
    SELECT t.id, t.recorded_at, t.fingerprint INTO known FROM ledger_transaction t
     WHERE t.idem_scope = posting ->> 'scope' AND t.idem_key = posting ->> 'key';
    IF FOUND THEN
      IF known.fingerprint <> posting ->> 'fingerprint' THEN
        PERFORM ledger_refuse('idempotency_mismatch', jsonb_build_object('key', posting ->> 'key'));
      END IF;
      answers := array_append(answers, jsonb_build_object(
        'id', known.id, 'recorded_at', known.recorded_at, 'replayed', true,
        'balances', ledger_left(known.id)));
      CONTINUE;
    END IF;
    IF posting ->> 'reverses' IS NOT NULL THEN
      PERFORM ledger_check_reversal((posting ->> 'reverses')::uuid, undone);
      undone := array_append(undone, (posting ->> 'reverses')::uuid);
    END IF;
    entry.transaction_id := posting ->> 'id';
    IF posting -> 'resolves' <> '[]' THEN
      PERFORM ledger_end_holds(posting -> 'resolves', entry.transaction_id, at);
    END IF;
    IF posting -> 'places' <> '[]' THEN
      PERFORM ledger_place_holds(posting -> 'places', entry.transaction_id, at);
    END IF;
    entry.lines := jsonb_array_length(posting -> 'lines');
    balances := '{}';
    FOR n IN 1 .. entry.lines LOOP
      line := posting -> 'lines' -> n - 1;
      place := array_position(codes, line ->> 'account');
      account := books[place];
      entry.amount := line ->> 'amount';
      IF account.status <> 'open' OR account.balance::numeric + entry.amount NOT BETWEEN
           greatest(account.min_balance, -9223372036854775807) AND 9223372036854775807 THEN
        PERFORM ledger_refuse_line(account, entry.amount);
      END IF;
      account.balance := account.balance + entry.amount;
      account.version := account.version + 1;
      account.head_hash := ledger_entry_hash(
        account.head_hash, account.code, account.version, entry.transaction_id, n::smallint,
        entry.lines, account.currency, entry.amount, account.balance, microseconds);
      books[place] := account;
      entry.line_no := n;
      entry.account_id := account.id;
      entry.currency := account.currency;
      entry.account_seq := account.version;
      entry.balance_after := account.balance;
      entry.entry_hash := account.head_hash;
      entries := array_append(entries, entry);
      balances := array_append(balances, jsonb_build_object(
        'account', account.code, 'currency', account.currency,
        'balance', account.balance, 'version', account.version));
    END LOOP;
    fresh := array_append(fresh, posting);
    answers := array_append(answers, jsonb_build_object(
      'id', entry.transaction_id, 'recorded_at', at, 'replayed', false, 'balances', balances));
  END LOOP;
  PERFORM ledger_write(entries, fresh, at);
  RETURN to_jsonb(answers);
END $$;
