import type { search as en } from '../en/search.ts';
import type { Kazakh } from '../types.ts';

export const search = {
  'search.title': 'Іздеу',
  'search.go': 'Іздеу',
  'search.results': 'Нәтижелер',
  'search.found': 'Табылды {n}, іздегені: {q}',
  'search.all': 'Барлығы {n}, іздегені: {q}',
  'search.none': 'Ештеңе табылмады: {q}',
  'search.noneWhy': 'Аттар, мекенжайлар, пакеттер, CVE нөмірлері мен беттер ізделеді. Кемінде екі әріп керек.',
  'search.empty': 'Не іздейміз',
  'search.emptyWhy': 'Құрылғыны, мекенжайды, пакетті, CVE нөмірін немесе бетті енгізіңіз.',
  'search.group.devices': 'Құрылғылар',
  'search.group.software': 'Бағдарламалар',
  'search.group.advisories': 'Осалдықтар',
  'search.group.updates': 'Жаңартулар',
  'search.group.objects': 'Топтар',
  'search.group.pages': 'Беттер',
} as const satisfies Kazakh<typeof en>;
