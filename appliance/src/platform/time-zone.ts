/** IANA name of the time zone in which the appliance stands. */
export const siteTimeZone = (): string => new Intl.DateTimeFormat().resolvedOptions().timeZone;
