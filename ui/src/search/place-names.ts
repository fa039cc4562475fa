import type { Key } from '../i18n/catalogue.ts';
import type { paths } from '../paths.ts';

/**
 * What pages are called where they are looked for, with the page that they are part of: those that can be opened without naming a
 * thing and are called otherwise in the navigation, or do not stand there. The others are found by their name there.
 */
export const placeNames = {
  me: 'common.me',
  deviceAdd: 'add.title',
  agentPush: 'agentPush.title',
  offlineImport: 'offlineImport.title',
  controllerNew: 'controllers.newTitle',
  controllerImports: 'imports.title',
  controllerZones: ['controllers.tab.zones', 'nav.controllers'],
  controllerIntegrity: ['controllers.tab.integrity', 'nav.controllers'],
  controllerFindings: 'cfind.title',
  controllerReview: 'cfind.reviewTitle',
  controllerFamilies: 'cfind.familiesTitle',
  controllerVendors: 'cfind.vendorsTitle',
  controllerFirmware: 'cfind.firmwareTitle',
  patches: 'patches.title',
  patchNew: 'patches.new',
  measures: 'measures.title',
  evidence: 'evidence.title',
  identification: 'identification.title',
  baselineNew: 'baselines.new',
  findingGroups: 'vuln.group.title',
  queryNew: 'queries.new',
  exchange: 'nav.exchange',
  exchangeSend: ['exchange.tab.send', 'nav.exchange'],
  exchangeReceive: ['exchange.importBundle', 'nav.exchange'],
  exchangeReceipts: ['exchange.tab.receipts', 'nav.exchange'],
  exchangeCard: ['exchange.tab.card', 'nav.exchange'],
  exchangeTrust: ['exchange.tab.trust', 'nav.exchange'],
  discoveryDirectories: ['discovery.directories', 'discovery.title'],
  discoveryRanges: ['discovery.ranges', 'discovery.title'],
  help: 'help.link',
  helpPages: 'help.pages',
  recoveryKey: 'recovery.title',
} as const satisfies Partial<Record<keyof typeof paths, Key | readonly [Key, Key]>>;
