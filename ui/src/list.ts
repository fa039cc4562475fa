// The state of a list is its URL: search text, filters, sort, columns and the trail of page cursors. Routes read it here
// and hand it to the view, which builds every link from it, so both sides agree on the form.

export type ListState = {
  readonly path: string;
  /** Free text that is left after `field:value` terms became filters. */
  readonly q: string;
  /** Name and value in order; a name may occur more than once (any of the values). */
  readonly filters: readonly (readonly [name: string, value: string])[];
  /** A column's name; absent is the list's own order. */
  readonly sort?: string;
  readonly descending: boolean;
  /** Cursors of the pages gone through; the last one is the page shown. */
  readonly trail: readonly string[];
  /** Columns that the reader picked; empty is the default. */
  readonly columns: readonly string[];
  /** Every row of the filter is selected. */
  readonly all: boolean;
  /** Id of the row that is open, if the list has such rows. */
  readonly open?: string;
};

type ListChange = {
  readonly q?: string;
  readonly filters?: readonly (readonly [string, string])[];
  readonly sort?: string | null;
  readonly descending?: boolean;
  readonly trail?: readonly string[];
  readonly columns?: readonly string[];
  readonly all?: boolean;
  readonly open?: string | null;
};

const maxTrail = 100;
const maxFilters = 40;
const maxText = 500;
/** Of the parameter that holds a filter in its own language. */
const maxWhere = 4_000;

const term = /(^|\s)([A-Za-z][\w-]*):(?:"([^"]*)"|(\S+))/g;

/** Splits `os:windows group:"Цех 2" srv` into filters of the known names and the rest. */
const parseSearch = (text: string, names: readonly string[]): { q: string; filters: (readonly [string, string])[] } => {
  const filters: (readonly [string, string])[] = [];
  const q = text
    .slice(0, maxText)
    .replace(term, (whole, lead: string, name: string, quoted: string | undefined, bare: string | undefined) => {
      if (!names.includes(name)) return whole;
      filters.push([name, quoted ?? bare ?? '']);
      return lead;
    })
    .replace(/\s+/g, ' ')
    .trim();
  return { q, filters };
};

/** A field with what is asked of it: `os!`, `findings>`, `findings<5`, `lastSeen.older`; see the appliance's parameters.ts. */
const operator = /^(?:[!<>]|[<>].{1,500}|\.[a-z]{2,8})?$/s;

/** Whether a parameter asks for a field with one of the names. */
const asksFor = (parameter: string, names: readonly string[]): boolean =>
  names.some((name) => parameter.startsWith(name) && operator.test(parameter.slice(name.length)));

/** Reads a list's state from its URL. Filters that the list does not know are dropped. */
export const readListState = (url: URL, filterNames: readonly string[]): ListState => {
  const params = url.searchParams;
  const search = parseSearch(params.get('q') ?? '', filterNames);
  const given = [...params].filter(
    ([name, value]) =>
      asksFor(name, filterNames) &&
      (value !== '' || /[<>]./.test(name)) &&
      value.length <= (name === 'where' ? maxWhere : maxText),
  );
  const filters: (readonly [string, string])[] = [];
  for (const [name, value] of [...given, ...search.filters]) {
    if (filters.length < maxFilters && !filters.some((other) => other[0] === name && other[1] === value))
      filters.push([name, value]);
  }
  const sort = params.get('sort') ?? '';
  const open = params.get('open') ?? '';
  return {
    path: url.pathname,
    q: search.q,
    filters,
    ...(sort === '' ? {} : { sort: sort.replace(/^-/, '').slice(0, 100) }),
    descending: sort.startsWith('-'),
    trail: params
      .getAll('after')
      .filter((cursor) => cursor !== '' && cursor.length <= 2_000)
      .slice(-maxTrail),
    columns: params.getAll('col').slice(0, 100),
    all: params.get('all') === '1',
    ...(open === '' ? {} : { open: open.slice(0, 500) }),
  };
};

/** The values that a list is filtered by under one name. */
export const filterValues = (state: ListState, name: string): string[] =>
  state.filters.filter((filter) => filter[0] === name).map((filter) => filter[1]);

/** The cursor of the page to show. */
export const currentCursor = (state: ListState): string | undefined => state.trail.at(-1);

/** The query of a state, as name and value; what a hidden form field repeats. */
export const listParams = (state: ListState): [string, string][] => [
  ...(state.q === '' ? [] : ([['q', state.q]] as [string, string][])),
  ...state.filters.map(([name, value]): [string, string] => [name, value]),
  ...(state.sort === undefined
    ? []
    : ([['sort', `${state.descending ? '-' : ''}${state.sort}`]] as [string, string][])),
  ...state.columns.map((name): [string, string] => ['col', name]),
  ...state.trail.map((cursor): [string, string] => ['after', cursor]),
  ...(state.all ? ([['all', '1']] as [string, string][]) : []),
  ...(state.open === undefined ? [] : ([['open', state.open]] as [string, string][])),
];

/** The state after a change. A change of search, filter or sort goes back to the first page and drops the selection. */
export const changeList = (state: ListState, change: ListChange): ListState => {
  const restarts = change.q !== undefined || change.filters !== undefined || change.sort !== undefined;
  const sort = change.sort === undefined ? state.sort : (change.sort ?? undefined);
  const open = change.open === undefined ? undefined : (change.open ?? undefined);
  return {
    path: state.path,
    q: change.q ?? state.q,
    filters: change.filters ?? state.filters,
    ...(sort === undefined ? {} : { sort }),
    descending: change.descending ?? state.descending,
    trail: change.trail ?? (restarts ? [] : state.trail),
    columns: change.columns ?? state.columns,
    all: change.all ?? false,
    ...(open === undefined ? {} : { open }),
  };
};

/** A link to the list with a change applied; `path` replaces the page, as for the CSV of the same filter. */
export const listUrl = (state: ListState, change: ListChange = {}, path = state.path): string => {
  const query = new URLSearchParams(listParams(changeList(state, change))).toString();
  return query === '' ? path : `${path}?${query}`;
};

/** A path with some query parameters; the empty ones are left out. */
export const withQuery = (path: string, params: Readonly<Record<string, string | number | undefined>>): string => {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    if (value !== undefined && value !== '') query.append(name, String(value));
  }
  const text = query.toString();
  return text === '' ? path : `${path}${path.includes('?') ? '&' : '?'}${text}`;
};
