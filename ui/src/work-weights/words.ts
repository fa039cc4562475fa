import type { Entry, Table } from '../i18n/types.ts';

// The settings of what kinds of work weigh: two sentences for all of them, with the name of the kind.

type Named = readonly [en: string, ru: string, kk: string];

/** Kinds of work by what they are about; with `limited` they have a limit as well. */
const kinds: Readonly<Record<string, { readonly name: Named; readonly limited?: true }>> = {
  'first-step': { name: ['setup step', 'шаг настройки', 'баптау қадамы'] },
  appliance: { name: ['state of the appliance', 'состояние сервера', 'сервердің күйі'] },
  'state-older': {
    name: ['state older than it was', 'состояние старше прежнего', 'бұрынғыдан ескі күй'],
    limited: true,
  },
  'tokens-wait': { name: ['tokens that wait', 'токены в ожидании', 'күтіп тұрған токендер'] },
  'clock-doubt': { name: ['clock in doubt', 'сомнительное время', 'күмәнді уақыт'] },
  'bundle-refused': { name: ['refused bundle', 'отклонённый комплект', 'қабылданбаған бума'], limited: true },
  'bundle-volumes': { name: ['bundle that lacks volumes', 'комплект без части томов', 'томдары жетпейтін бума'] },
  'advisories-old': { name: ['old advisories', 'устаревшие бюллетени', 'ескірген бюллетеньдер'] },
  'feed-gone': { name: ['source that is gone', 'исчезнувший источник', 'жоғалған дереккөз'] },
  'not-delivered': { name: ['what was not delivered', 'не доставленное', 'жеткізілмегені'] },
  'updates-missing': { name: ['missing updates', 'недостающие обновления', 'жетіспейтін жаңартулар'] },
  'request-overdue': { name: ['overdue request', 'просроченный запрос', 'мерзімі өткен сұрау'] },
  'trust-ends': { name: ['trust that ends', 'окончание доверия', 'сенімнің аяқталуы'] },
  'finding-act': {
    name: [
      'findings on devices: Act',
      'уязвимости на устройствах: действовать',
      'құрылғылардағы осалдықтар: әрекет ету',
    ],
  },
  'finding-attend': {
    name: [
      'findings on devices: Attend',
      'уязвимости на устройствах: заняться',
      'құрылғылардағы осалдықтар: назар аудару',
    ],
  },
  'controller-act': {
    name: [
      'findings on controllers: Act',
      'уязвимости контроллеров: действовать',
      'контроллер осалдықтары: әрекет ету',
    ],
  },
  'controller-attend': {
    name: [
      'findings on controllers: Attend',
      'уязвимости контроллеров: заняться',
      'контроллер осалдықтары: назар аудару',
    ],
  },
  'controller-match': { name: ['uncertain match', 'неуверенное сопоставление', 'сенімсіз сәйкестік'] },
  'program-changed': { name: ['changed program', 'изменённая программа', 'өзгертілген бағдарлама'], limited: true },
  'program-unread': { name: ['program that cannot be read', 'непрочитанная программа', 'оқылмаған бағдарлама'] },
  'program-unapproved': { name: ['program without approval', 'неодобренная программа', 'мақұлданбаған бағдарлама'] },
  'place-gone': {
    name: [
      'window or measure for what is not there',
      'окно или мера для того, чего нет',
      'жоқ нәрсеге арналған терезе не шара',
    ],
  },
  'rollout-held': { name: ['rollout that is held', 'приостановленное развёртывание', 'тоқтап тұрған тарату'] },
  'no-window': {
    name: ['computers without a window', 'компьютеры без окна обслуживания', 'қызмет терезесі жоқ компьютерлер'],
  },
  'window-undecided': {
    name: ['window that is not decided', 'окно, о котором не решено', 'шешілмеген терезе'],
  },
  'deployment-late': { name: ['deployment that is late', 'просроченное развёртывание', 'кешіккен тарату'] },
  'pair-stuck': {
    name: [
      'redundancy group that cannot move',
      'группа резервирования, которая не может продолжить',
      'жылжи алмайтын резервтеу тобы',
    ],
  },
  'deployment-failed': { name: ['deployment with failures', 'развёртывание с ошибками', 'қателі тарату'] },
  'update-undecided': { name: ['undecided update', 'обновление без решения', 'шешімсіз жаңарту'] },
  'device-join': {
    name: ['device that asks to join', 'устройство, которое просит доступ', 'қосылуды сұраған құрылғы'],
  },
  'device-held': { name: ['held device', 'удержанное устройство', 'ұсталған құрылғы'] },
  'device-pairs': {
    name: [
      'records that may be one device',
      'записи, возможно, одного устройства',
      'бір құрылғының болуы мүмкін жазбалар',
    ],
  },
  'device-again': {
    name: ['device that asks again', 'повторно просящее устройство', 'қайта сұраған құрылғы'],
  },
  'device-certificate-ended': {
    name: [
      'device with an ended certificate',
      'устройство с истёкшим сертификатом',
      'сертификат мерзімі біткен құрылғы',
    ],
  },
  'threat-not-cured': {
    name: ['threat that is not cured', 'необезвреженная угроза', 'жойылмаған қауіп'],
  },
  'protection-off': { name: ['antivirus that is off', 'неработающий антивирус', 'жұмыс істемейтін антивирус'] },
  'product-says': {
    name: ['trouble of a security product', 'неполадка средства защиты', 'қорғау құралының ақауы'],
  },
  'device-silent': { name: ['device without contact', 'устройство без связи', 'байланыссыз құрылғы'] },
  'controller-unjudged': {
    name: ['controller that is not judged', 'неоценённый контроллер', 'бағаланбаған контроллер'],
  },
  'device-lists': {
    name: ['device with an unread list', 'устройство с непрочитанным списком', 'тізімі оқылмаған құрылғы'],
  },
  'device-beside': {
    name: ['packages that are not managed', 'необслуживаемые пакеты', 'қызмет көрсетілмейтін пакеттер'],
  },
  'device-unjudged': { name: ['device that is not judged', 'непроверяемое устройство', 'тексерілмейтін құрылғы'] },
  deviation: { name: ['deviation', 'отклонение', 'ауытқу'] },
  'second-person': {
    name: ['what waits for a second person', 'ожидание второго человека', 'екінші адамды күту'],
    limited: true,
  },
  announcement: { name: ['announcement', 'объявление', 'хабарландыру'] },
};

const help: Entry = {
  en: 'The first part of the rank: from 70 on work is for now, from 35 on for today.',
  ru: 'Первая часть ранга: от 70 работа на сейчас, от 35 – на сегодня.',
  kk: 'Дәреженің бірінші бөлігі: 70-тен бастап жұмыс қазірге, 35-тен бастап бүгінге.',
};
const limitHelp: Entry = {
  en: 'How long it may take; past it the rank grows by 20, on its last day by 15. 0: at once.',
  ru: 'Сколько это может длиться; после срока ранг растёт на 20, в последний день на 15. 0: сразу.',
  kk: 'Қанша созыла алады; мерзімнен кейін дәреже 20-ға, соңғы күні 15-ке өседі. 0: бірден.',
};

const settingsOf = ([kind, { name, limited }]: readonly [string, (typeof kinds)[string]]): [string, Entry][] => {
  const [en, ru, kk] = name;
  return [
    [`setting.work.harm.${kind}.title`, { en: `Harm: ${en}`, ru: `Вред: ${ru}`, kk: `Зиян: ${kk}` }],
    [`setting.work.harm.${kind}.help`, help],
    ...(limited === undefined
      ? []
      : (
          [
            [`setting.work.limit.${kind}.title`, { en: `Limit: ${en}`, ru: `Срок: ${ru}`, kk: `Мерзімі: ${kk}` }],
            [`setting.work.limit.${kind}.help`, limitHelp],
          ] as const
        ).map(([key, entry]): [string, Entry] => [key, entry])),
  ];
};

/** `setting.work.harm.KIND` and `setting.work.limit.KIND`. */
export const words: Table<unknown> = Object.fromEntries(Object.entries(kinds).flatMap(settingsOf));
