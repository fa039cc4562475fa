// The chapters of the help, in the order of the contents, and which of them each page of the console leads to. Their texts
// are Markdown in ui/help, a folder for each language.

export const chapterNames = [
  'install',
  'first-hour',
  'worklist',
  'devices',
  'controllers',
  'vulnerabilities',
  'updates',
  'exchange',
  'people',
  'rules',
  'data',
  'health',
  'backup',
  'upgrade',
  'agents',
  'certificates',
  'proxy',
  'sizes',
  'glossary',
] as const;

export type ChapterName = (typeof chapterNames)[number];

/** Whether a text is the name of a chapter. */
export function isChapter(name: string): name is ChapterName {
  return (chapterNames as readonly string[]).includes(name);
}

/** The chapter of the pages whose address begins so, with whole parts; the longest beginning counts. */
const byBeginning: Readonly<Record<string, ChapterName>> = {
  '/work': 'worklist',
  '/notifications': 'worklist',
  '/receivers': 'health',
  '/trends': 'worklist',
  '/devices': 'devices',
  '/device-duplicates': 'devices',
  '/device-arrivals': 'devices',
  '/agent-moves': 'agents',
  '/agent-push': 'devices',
  '/agent-packages': 'devices',
  '/groups': 'rules',
  '/discovery': 'rules',
  '/controllers': 'controllers',
  '/software': 'rules',
  '/inventory': 'rules',
  '/changes': 'rules',
  '/baselines': 'rules',
  '/deviations': 'rules',
  '/queries': 'rules',
  '/samples': 'people',
  '/vulnerabilities': 'vulnerabilities',
  '/controllers/findings': 'vulnerabilities',
  '/controllers/review': 'vulnerabilities',
  '/calendar': 'controllers',
  '/exceptions': 'vulnerabilities',
  '/reports': 'data',
  '/updates': 'updates',
  '/deployments': 'updates',
  '/exchange': 'exchange',
  '/exchange/introduction': 'first-hour',
  '/exchange/trust': 'certificates',
  '/announcements': 'exchange',
  '/releases': 'upgrade',
  '/events': 'health',
  '/health': 'health',
  '/certificate': 'certificates',
  '/backups': 'backup',
  '/diagnostics': 'health',
  '/provision': 'data',
  '/persons': 'data',
  '/persons/backups': 'backup',
  '/rollback': 'backup',
  '/waiting': 'people',
  '/me': 'people',
  '/sessions': 'people',
  '/view-as': 'people',
  '/settings': 'health',
  '/deleted': 'rules',
  '/objects': 'rules',
  '/objects/account': 'people',
  '/objects/role': 'people',
  '/objects/token': 'people',
  '/objects/device-decision': 'devices',
  '/objects/update-decision': 'updates',
  '/objects/deployment': 'updates',
  '/objects/controller-zone': 'controllers',
  '/objects/controller-conduit': 'controllers',
  '/objects/controller-program': 'controllers',
  '/objects/controller-identification': 'controllers',
  '/objects/maintenance-window': 'controllers',
  '/objects/risk-acceptance': 'vulnerabilities',
  '/objects/mitigation': 'vulnerabilities',
  '/search': 'glossary',
  '/api': 'people',
  '/help': 'glossary',
};

/** The chapter of a page by its path, or by the pattern of it; undefined where none is declared. */
export function chapterOf(path: string): ChapterName | undefined {
  if (path === '/') return 'worklist';
  for (let beginning = path; beginning !== ''; beginning = beginning.slice(0, beginning.lastIndexOf('/'))) {
    const chapter = Object.hasOwn(byBeginning, beginning) ? byBeginning[beginning] : undefined;
    if (chapter !== undefined) return chapter;
  }
  return undefined;
}
