// Places within pages that links lead to. Apart from the views, so that who only links to them loads none.

/** The row of a list that a panel belongs to, as its id in the page. */
export const rowAnchor = (id: string): string => `row-${id}`;
export const panelAnchor = 'panel-title';

/** An address that opens a panel, and takes the focus to its title. */
export const toPanel = (href: string): string => `${href}#${panelAnchor}`;
/** An address that shuts a panel, and takes the focus back to its row. */
export const toRow = (href: string, id: string): string => `${href}#${encodeURIComponent(rowAnchor(id))}`;

/** The row of a source. */
export const sourceAnchor = (feed: string): string => `source-${feed}`;
/** A request that waits for its answer. */
export const requestAnchor = (number: number): string => `request-${number}`;
/** Where the time of the site stands on its page. */
export const clockAnchor = 'clock';
/** Where the pairs of records stand on their page. */
export const pairsAnchor = 'pairs';
