import type { search as en } from '../en/search.ts';
import type { Russian } from '../types.ts';

export const search = {
  'search.title': 'Поиск',
  'search.go': 'Найти',
  'search.results': 'Результаты',
  'search.found': {
    one: 'Найдено {n} по запросу: {q}',
    few: 'Найдено {n} по запросу: {q}',
    many: 'Найдено {n} по запросу: {q}',
    other: 'Найдено {n} по запросу: {q}',
  },
  'search.all': {
    one: 'Все {n} по запросу: {q}',
    few: 'Все {n} по запросу: {q}',
    many: 'Все {n} по запросу: {q}',
    other: 'Все {n} по запросу: {q}',
  },
  'search.none': 'Ничего не найдено: {q}',
  'search.noneWhy': 'Поиск идёт по именам, адресам, пакетам, номерам CVE и страницам. Нужно не меньше двух букв.',
  'search.empty': 'Что найти',
  'search.emptyWhy': 'Введите устройство, адрес, пакет, номер CVE или страницу.',
  'search.group.devices': 'Устройства',
  'search.group.software': 'Программы',
  'search.group.advisories': 'Уязвимости',
  'search.group.updates': 'Обновления',
  'search.group.objects': 'Группы',
  'search.group.pages': 'Страницы',
} as const satisfies Russian<typeof en>;
