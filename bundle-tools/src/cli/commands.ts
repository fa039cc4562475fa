import type { CommandEntry } from './command.ts';

/** Every command of `sallyport-bundle`; a command is found by its words, and loaded when it is. */
export const commands: ReadonlyArray<CommandEntry> = [
  {
    words: ['trust', 'key', 'create'],
    summary: "Makes one person's root or curator key on that person's own medium, on any computer.",
    load: async () => (await import('./trust-key-create.ts')).trustKeyCreate,
  },
  {
    words: ['trust', 'init'],
    summary: 'Makes the root of trust, the online keys and the first, empty catalog.',
    load: async () => (await import('./trust-init.ts')).trustInit,
  },
  {
    words: ['trust', 'sign'],
    summary: 'One person signs a change of keys that was carried here, on any computer.',
    load: async () => (await import('./trust-sign.ts')).trustSign,
  },
  {
    words: ['trust', 'publish'],
    summary: 'Takes what people have signed elsewhere; publishes it once enough have.',
    load: async () => (await import('./trust-publish.ts')).trustPublish,
  },
  {
    words: ['trust', 'discard'],
    summary: 'Gives up a change of keys that waits for signatures.',
    load: async () => (await import('./trust-discard.ts')).trustDiscard,
  },
  {
    words: ['trust', 'show'],
    summary: 'Draws who holds which key, and until when.',
    load: async () => (await import('./trust-show.ts')).trustShow,
  },
  {
    words: ['trust', 'rotate'],
    summary: 'Changes keys: other holders, other thresholds, new online keys, or a new expiry date of the root.',
    load: async () => (await import('./trust-rotate.ts')).trustRotate,
  },
  {
    words: ['trust', 'revoke'],
    summary: 'Takes a key out of force: one that was stolen or lost, or whose holder left.',
    load: async () => (await import('./trust-revoke.ts')).trustRevoke,
  },
  {
    words: ['trust', 'export'],
    summary: 'Writes the file that introduces this host to a site: the root, and a broadcast with the seal key.',
    load: async () => (await import('./trust-export.ts')).trustExport,
  },
  {
    words: ['site', 'add'],
    summary: 'Introduces a site by its card, or takes its next card.',
    load: async () => (await import('./site-add.ts')).siteAdd,
  },
  {
    words: ['site', 'list'],
    summary: 'Lists the sites: last request and receipt, what is under way, overdue or wrong.',
    load: async () => (await import('./site-list.ts')).siteList,
  },
  {
    words: ['site', 'show'],
    summary: 'Shows what was sent to a site, what arrived, what is overdue, was refused or went back.',
    load: async () => (await import('./site-show.ts')).siteShow,
  },
  {
    words: ['source', 'add'],
    summary:
      'Adds a source of advisories (osv, csaf), of what is exploited (kev, ssvc) or of updates (apt, files, firmware).',
    load: async () => (await import('./source-add.ts')).sourceAdd,
  },
  {
    words: ['source', 'list'],
    summary: 'Lists where advisories and updates come from, and how old they are.',
    load: async () => (await import('./source-list.ts')).sourceList,
  },
  {
    words: ['source', 'remove'],
    summary: 'Takes a source away; its advisories leave with the next catalog.',
    load: async () => (await import('./source-remove.ts')).sourceRemove,
  },
  {
    words: ['source', 'limit'],
    summary: 'Bounds what a source may take of the disk.',
    load: async () => (await import('./source-limit.ts')).sourceLimit,
  },
  {
    words: ['proxy', 'configure'],
    summary: 'Sets the proxy through which this host reaches its sources, or says which one is used.',
    load: async () => (await import('./proxy-configure.ts')).proxyConfigure,
  },
  {
    words: ['source', 'sync'],
    summary: 'Reads the sources now, checks their signatures, and reports what changed.',
    load: async () => (await import('./source-sync.ts')).sourceSync,
  },
  {
    words: ['announcement', 'add'],
    summary: 'Writes a note to the people of all sites, in up to three languages, until a day.',
    load: async () => (await import('./announcement.ts')).announcementAdd,
  },
  {
    words: ['announcement', 'list'],
    summary: 'Lists what sites are told.',
    load: async () => (await import('./announcement.ts')).announcementList,
  },
  {
    words: ['announcement', 'remove'],
    summary: 'Takes a note back; sites drop it with the next bundle.',
    load: async () => (await import('./announcement.ts')).announcementRemove,
  },
  {
    words: ['release', 'add'],
    summary: 'Checks the file of a release of Sallyport and keeps it, to bring it to sites.',
    load: async () => (await import('./release.ts')).releaseAdd,
  },
  {
    words: ['release', 'list'],
    summary: 'Lists the releases of Sallyport that can be brought to sites.',
    load: async () => (await import('./release.ts')).releaseList,
  },
  {
    words: ['release', 'remove'],
    summary: 'Takes a release away; the next catalog does not have it.',
    load: async () => (await import('./release.ts')).releaseRemove,
  },
  {
    words: ['scan', 'configure'],
    summary: 'Chooses the antivirus that looks at objects before they are offered and before they leave.',
    load: async () => (await import('./scan-configure.ts')).scanConfigure,
  },
  {
    words: ['catalog', 'build'],
    summary: 'Reads requests, fetches what is missing, checks vendor signatures; signs nothing.',
    load: async () => (await import('./catalog-build.ts')).catalogBuild,
  },
  {
    words: ['catalog', 'sign'],
    summary: 'A curator approves a catalog, on any computer: its inventory and policy get a signature.',
    load: async () => (await import('./catalog-sign.ts')).catalogSign,
  },
  {
    words: ['fulfil'],
    summary: 'Answers the requests on a medium with bundles, from what curators have signed.',
    load: async () => (await import('./fulfil.ts')).fulfil,
  },
  {
    words: ['inspect'],
    summary: 'Shows what a bundle, request, receipt, card, catalog or metadata file says; proves nothing.',
    load: async () => (await import('./inspect.ts')).inspect,
  },
  {
    words: ['verify'],
    summary: 'Checks a bundle offline with the real importer: signatures, versions, every byte.',
    load: async () => (await import('./verify.ts')).verify,
  },
  {
    words: ['unpack'],
    summary: 'Writes the entries of a bundle as files, for a look or for import as a folder.',
    load: async () => (await import('./unpack.ts')).unpack,
  },
  {
    words: ['receipt', 'take'],
    summary: 'Takes the receipts that a site wrote to a folder, without a request.',
    load: async () => (await import('./receipt.ts')).receiptTake,
  },
  {
    words: ['receipt', 'verify'],
    summary: 'Checks the receipts in a folder against the card of their site: signatures, numbers, links.',
    load: async () => (await import('./receipt.ts')).receiptVerify,
  },
  {
    words: ['evidence', 'verify'],
    summary: 'Checks an evidence pack against the card of its site: the signed document, and its print.',
    load: async () => (await import('./evidence-verify.ts')).evidenceVerify,
  },
  {
    words: ['custody', 'key', 'create'],
    summary: 'Makes the key with which a person or a station signs hand-overs and scans.',
    load: async () => (await import('./custody-key.ts')).custodyKeyCreate,
  },
  {
    words: ['custody', 'key', 'add'],
    summary: 'Notes whose custody key it is, by a local number.',
    load: async () => (await import('./custody-key.ts')).custodyKeyAdd,
  },
  {
    words: ['custody', 'add'],
    summary: 'Signs that a file was handed over or scanned; the line travels beside the file.',
    load: async () => (await import('./custody-add.ts')).custodyAdd,
  },
  {
    words: ['split'],
    summary: 'Lays a bundle out anew for smaller media, without a key: folders that a site takes in any order.',
    load: async () => (await import('./split.ts')).split,
  },
  {
    words: ['rebuild'],
    summary: 'Makes volumes of a bundle again, bit by bit the same: for a damaged or lost medium, or for the next one.',
    load: async () => (await import('./rebuild.ts')).rebuild,
  },
  {
    words: ['custody', 'verify'],
    summary: 'Checks who had each file in hand: of a site, with its receipts, or of what lies on a medium.',
    load: async () => (await import('./custody-verify.ts')).custodyVerify,
  },
];
