/** The tables of both databases as numbered migrations. A change is a new entry at the end, never an edit. */

/** `index.db`: derived from the repository, may be thrown away at any time. */
export const indexMigrations: readonly string[] = [
  `
  create table meta (key text primary key, value text not null) strict, without rowid;

  -- Content, addressed by git blob id; shared by all branches, worktrees and renames.
  create table blob (
    id integer primary key,
    oid text not null,
    language text not null,
    lines integer not null,
    bytes integer not null,
    fallback text,
    unique (oid, language)
  ) strict;

  create table chunk (
    id integer primary key,
    blob_id integer not null references blob (id) on delete cascade,
    kind text not null,
    name text not null,
    start_line integer not null,
    end_line integer not null,
    hash blob not null
  ) strict;
  create index chunk_blob on chunk (blob_id);
  create index chunk_hash on chunk (hash);
  create virtual table chunk_fts using fts5 (
    names, code, prose, content='', contentless_delete=1, tokenize = "porter unicode61 tokenchars '_'"
  );
  create virtual table chunk_terms using fts5vocab (chunk_fts, row);

  create table symbol (
    id integer primary key,
    blob_id integer not null references blob (id) on delete cascade,
    name text not null,
    folded text not null,
    kind text not null,
    container text not null,
    start_line integer not null,
    end_line integer not null
  ) strict;
  create index symbol_folded on symbol (folded);
  create index symbol_blob on symbol (blob_id);

  create table import (
    blob_id integer not null references blob (id) on delete cascade,
    module text not null,
    names text not null
  ) strict;
  create index import_blob on import (blob_id);

  -- Every path ever seen, once.
  create table path (id integer primary key, path text not null unique) strict;
  create virtual table path_fts using fts5 (
    words, content='', contentless_delete=1, tokenize = "porter unicode61 tokenchars '_'"
  );

  -- What is visible where: a worktree root, or one commit for time travel.
  create table view (
    id integer primary key,
    key text not null unique,
    head text,
    scanned_at integer,
    -- Grows with every change of what is visible: other processes see it and read again.
    generation integer not null default 0,
    complete integer not null default 0
  ) strict;
  create table view_file (
    view_id integer not null references view (id) on delete cascade,
    path_id integer not null references path (id),
    oid text,
    blob_id integer,
    bytes integer,
    mtime integer,
    excluded text,
    primary key (view_id, path_id)
  ) strict, without rowid;
  create index view_file_blob on view_file (view_id, blob_id);

  create table commit_log (
    id integer primary key,
    sha text not null unique,
    time integer not null,
    author text not null,
    subject text not null,
    body text not null,
    issues text not null,
    reverts text not null
  ) strict;
  create table commit_file (
    commit_id integer not null references commit_log (id) on delete cascade,
    path_id integer not null references path (id),
    status text not null,
    primary key (commit_id, path_id)
  ) strict, without rowid;
  create index commit_file_path on commit_file (path_id);
  create virtual table commit_fts using fts5 (
    message, files, content='', contentless_delete=1, tokenize = "porter unicode61 tokenchars '_'"
  );
  -- The newest non-merge commits of a view's head, newest first by position.
  create table view_commit (
    view_id integer not null references view (id) on delete cascade,
    position integer not null,
    commit_id integer not null references commit_log (id),
    primary key (view_id, position)
  ) strict, without rowid;
  create index view_commit_commit on view_commit (view_id, commit_id);

  create table embedder (
    id integer primary key,
    identity text not null unique,
    dimensions integer not null,
    active integer not null default 0
  ) strict;
  -- One vector per embedder and text; vec = float32 scale, then one signed byte a dimension.
  create table vector (
    id integer primary key,
    embedder_id integer not null references embedder (id) on delete cascade,
    hash blob not null,
    vec blob not null,
    unique (embedder_id, hash)
  ) strict;

  -- Why and how each indexing ran: nothing is rebuilt without a reason written here.
  create table run (
    id integer primary key,
    view_key text not null,
    reason text not null,
    started_at integer not null,
    ended_at integer,
    files integer not null default 0,
    parsed integer not null default 0,
    chunks integer not null default 0,
    commits integer not null default 0,
    error text
  ) strict;
  create table lease (
    name text primary key,
    owner text not null,
    pid integer not null,
    host text not null,
    expires_at integer not null
  ) strict, without rowid;
  `,
  `
  -- Of the symbol's own text: what tells that it is still the same when the rest of its file changed. Content that
  -- was parsed before has none and needs none: its symbols count as changed when their file does.
  alter table symbol add column hash blob;
  drop index symbol_folded;
  create index symbol_folded on symbol (folded, hash, container);
  `,
]

/** `memory.db`: what a person would miss. Backed up, never deleted by the program. */
export const memoryMigrations: readonly string[] = [
  `
  create table meta (key text primary key, value text not null) strict, without rowid;
  -- What the person agreed to: for example that code may go to an embedding server.
  create table consent (
    subject text primary key,
    granted_at integer not null,
    detail text not null
  ) strict, without rowid;
  `,
  `
  -- The memory itself: what happened, in order, never changed but by a purge. All tables below it are its fold.
  create table event (
    seq integer primary key,
    at integer not null,
    type text not null,
    actor text not null,
    cause integer,
    reason text not null,
    payload text not null,
    changes text not null,
    hash blob not null
  ) strict;

  -- Fold: records as they are now.
  create table item (
    rowid integer primary key,
    id text not null unique,
    namespace text not null,
    kind text not null,
    status text not null,
    branch text,
    -- Event time, Unix milliseconds: a question of an earlier time does not see the record.
    valid_from integer not null,
    recorded_at integer not null,
    -- Of an episode: who did it and where it comes from; else the author.
    origin text not null,
    session_id text,
    -- Hash of the trimmed goal of an episode: an issue does not recall itself.
    issue_hash blob,
    pinned integer not null,
    inhibited integer not null,
    -- First 16 bytes of the SHA-256 of what is embedded.
    text_hash blob not null,
    -- Hash of the normalised words, for duplicates.
    words_hash blob not null,
    -- Hash of what item_fts holds of it: other changes leave the text index alone.
    fts_hash blob not null
  ) strict;
  -- Fold: the whole record as canonical JSON, without what item_use keeps. Apart, so that the rows above stay small.
  create table item_record (
    item integer primary key references item (rowid) on delete cascade,
    record text not null
  ) strict;
  -- Fold: how a record was used. Apart, since it changes at every recall.
  create table item_use (
    item integer primary key references item (rowid) on delete cascade,
    retrieved real not null,
    shown real not null,
    cited real not null,
    helped real not null,
    hurt real not null,
    last_used_at integer
  ) strict;
  create index item_list on item (valid_from desc, id desc);
  create index item_hash on item (text_hash);
  create index item_words on item (words_hash);
  create index item_session on item (session_id) where session_id is not null;
  create index item_issue on item (issue_hash) where issue_hash is not null;
  -- Few or none have them, which every recall and every write asks about.
  create index item_candidate on item (id) where status = 'candidate';
  create index item_branch on item (branch) where branch is not null;
  -- Fold: what a record can be found by exactly; for the kinds see KeyKind of memory-store.ts.
  create table item_key (
    kind text not null,
    value text not null,
    item integer not null references item (rowid) on delete cascade,
    primary key (kind, value, item)
  ) strict, without rowid;
  create index item_key_item on item_key (item);
  -- Words leave it by the 'delete' command with the old texts: contentless_delete would keep counting them for BM25.
  create virtual table item_fts using fts5 (
    cue, body, entities, prose, content='', tokenize = "porter unicode61 tokenchars '_'"
  );
  -- Pieces of the text index that may lie side by side before a write merges them (default 4): halves the slow writes.
  insert into item_fts (item_fts, rank) values ('automerge', 8);
  create virtual table item_terms using fts5vocab (item_fts, row);
  -- Fold: which events touched a record.
  create table item_event (
    id text not null,
    seq integer not null,
    primary key (id, seq)
  ) strict, without rowid;
  -- Fold: proposals that wait for a person, by the event that made them.
  create table proposal (
    seq integer primary key,
    item_id text,
    proposal text not null,
    -- Event that settled it; null: waiting.
    settled_by integer
  ) strict;
  -- Fold: what the gates turned away.
  create table rejection (gate text primary key, count integer not null) strict, without rowid;

  -- Evidence by content: outputs, diffs, logs. Compressed with zstd; kept while an event names it.
  create table artifact (
    sha text primary key,
    kind text not null,
    mime text not null,
    bytes integer not null,
    data blob not null,
    created_at integer not null
  ) strict, without rowid;

  -- Vectors of records, in the same form as those of code (see vectors.ts); the hash is item.text_hash.
  create table embedder (
    id integer primary key,
    identity text not null unique,
    dimensions integer not null,
    active integer not null default 0
  ) strict;
  create table vector (
    id integer primary key,
    embedder_id integer not null references embedder (id) on delete cascade,
    hash blob not null,
    vec blob not null,
    unique (embedder_id, hash)
  ) strict;

  -- Branches that records were born on, and what became of them. Derived from git, asked again at every change.
  create table branch (
    name text primary key,
    -- Newest head that was seen of it.
    tip text not null,
    -- Whether it ever had commits that the default branch did not have.
    diverged integer not null default 0,
    fate text,
    seen_at integer not null
  ) strict, without rowid;
  create table lease (
    name text primary key,
    owner text not null,
    pid integer not null,
    host text not null,
    expires_at integer not null
  ) strict, without rowid;
  `,
  `
  -- What was seen of other agents' sessions: what did not change is not opened again.
  create table session_source (
    agent text not null,
    -- SHA-256 of the reference.
    key text not null,
    -- Null: a session of another repository, which leaves no name here.
    ref text,
    -- Hash of size, time, and the places of this repository.
    stamp text not null,
    bytes integer not null,
    modified_at integer not null,
    -- Unix milliseconds; null: not imported, or grown since.
    imported_at integer,
    -- What came of it, as JSON.
    counts text not null,
    primary key (agent, key)
  ) strict, without rowid;

  -- Pieces of work that were imported: a session that is resumed or grows repeats them.
  create table session_piece (
    agent text not null,
    -- Hash of when it began and what it was for.
    key text not null,
    source_key text not null,
    session_id text not null,
    -- Hash of all that the session says of it.
    hash text not null,
    ended_at integer not null,
    -- Id of the episode; the record itself may be forgotten.
    episode text not null,
    primary key (agent, key)
  ) strict, without rowid;
  create index session_piece_session on session_piece (agent, session_id);
  `,
  `
  -- Tools that models may be offered: what their servers listed last. Derived, and cheap to list again.
  create table tool (
    id integer primary key autoincrement,
    -- As models are offered it: unique, and of letters that every API takes.
    name text not null unique,
    server text not null,
    -- Its name at the server.
    origin text not null,
    -- SHA-256 over the canonical JSON of what the server says of it.
    sha text not null,
    document text not null,
    unique (server, origin)
  ) strict;
  create virtual table tool_fts using fts5 (
    name, description, parameters, questions, tokenize = "porter unicode61 tokenchars '_'"
  );
  -- In the form of \`vector\`, apart: a purge takes out of that table what no record has.
  create table tool_vector (
    -- Never given twice, so that what is in memory tells old from new.
    id integer primary key autoincrement,
    tool integer not null references tool (id) on delete cascade,
    embedder text not null,
    -- The whole document, or one of its parts.
    part text not null,
    vec blob not null,
    unique (embedder, tool, part)
  ) strict;
  create index tool_vector_tool on tool_vector (tool);
  -- Chats with the tools that they have at hand, as JSON with secrets masked.
  create table tool_session (
    id text primary key,
    state text not null,
    updated_at integer not null
  ) strict, without rowid;
  `,
]
