/** The feed that is made from security suites: it speaks only of what has a fix. No source may take its name. */
export const suitesFeed = 'suites';
