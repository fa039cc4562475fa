import { defineWords } from '../i18n/types.ts';

export const words = defineWords({
  'notifications.title': { en: 'Notifications', ru: 'Уведомления', kk: 'Хабарламалар' },
  'notifications.sub': {
    en: { one: '{n} notification, {unread} unread', other: '{n} notifications, {unread} unread' },
    ru: {
      one: '{n} уведомление, непрочитанных: {unread}',
      few: '{n} уведомления, непрочитанных: {unread}',
      many: '{n} уведомлений, непрочитанных: {unread}',
      other: '{n} уведомления, непрочитанных: {unread}',
    },
    kk: '{n} хабарлама, оқылмағаны: {unread}',
  },
  'notifications.count': {
    en: { one: '{n} event', other: '{n} events' },
    ru: { one: '{n} событие', few: '{n} события', many: '{n} событий', other: '{n} события' },
    kk: '{n} оқиға',
  },
  'notifications.none': { en: 'There are no notifications', ru: 'Уведомлений нет', kk: 'Хабарлама жоқ' },
  'notifications.noneWhy': {
    en: 'No rule has found an event for you yet.',
    ru: 'Ни одно правило ещё не нашло события для вас.',
    kk: 'Ешбір ереже сіз үшін оқиға тапқан жоқ.',
  },
  'notifications.isRead': { en: 'Read', ru: 'Прочитано', kk: 'Оқылды' },
  'notifications.read': { en: 'Mark as read', ru: 'Отметить прочитанным', kk: 'Оқылды деп белгілеу' },
  'notifications.readAll': {
    en: 'Mark all as read',
    ru: 'Отметить все прочитанными',
    kk: 'Барлығын оқылды деп белгілеу',
  },
  'notifications.mute': { en: 'Mute this rule', ru: 'Приглушить это правило', kk: 'Бұл ережені өшіре тұру' },
  'notifications.older': { en: 'Older', ru: 'Более ранние', kk: 'Бұрынғылары' },
  'notifications.ruleFromHere': { en: 'Notify of these', ru: 'Уведомлять об этих', kk: 'Бұлар туралы хабарлау' },
  'notifications.wouldHave': {
    en: {
      one: 'In the last {days} days its filter found {n} event',
      other: 'In the last {days} days its filter found {n} events',
    },
    ru: {
      one: 'За последние дни ({days}) фильтр нашёл {n} событие',
      few: 'За последние дни ({days}) фильтр нашёл {n} события',
      many: 'За последние дни ({days}) фильтр нашёл {n} событий',
      other: 'За последние дни ({days}) фильтр нашёл {n} события',
    },
    kk: 'Соңғы {days} күнде сүзгі {n} оқиға тапты',
  },
  'notifications.wouldHaveMore': {
    en: {
      one: 'In the last {days} days its filter found more than {n} event',
      other: 'In the last {days} days its filter found more than {n} events',
    },
    ru: {
      one: 'За последние дни ({days}) фильтр нашёл более {n} события',
      few: 'За последние дни ({days}) фильтр нашёл более {n} событий',
      many: 'За последние дни ({days}) фильтр нашёл более {n} событий',
      other: 'За последние дни ({days}) фильтр нашёл более {n} события',
    },
    kk: 'Соңғы {days} күнде сүзгі {n} оқиғадан көп тапты',
  },
  'notifications.wouldHavePerson': {
    en: { one: '{name}: {n} message, {events} events', other: '{name}: {n} messages, {events} events' },
    ru: {
      one: '{name}: {n} сообщение, событий: {events}',
      few: '{name}: {n} сообщения, событий: {events}',
      many: '{name}: {n} сообщений, событий: {events}',
      other: '{name}: {n} сообщения, событий: {events}',
    },
    kk: '{name}: {n} хабарлама, оқиғалар: {events}',
  },
  'notifications.wouldHaveNone': {
    en: 'It tells no person: choose accounts or roles.',
    ru: 'Оно никому не сообщает: выберите учётные записи или роли.',
    kk: 'Ол ешкімге хабарламайды: тіркелгілерді немесе рөлдерді таңдаңыз.',
  },
  'notifications.try': {
    en: 'Show what it would have sent',
    ru: 'Показать, что оно отправило бы',
    kk: 'Не жіберетінін көрсету',
  },
  'toast.notificationsRead': {
    en: { one: '{n} notification marked as read', other: '{n} notifications marked as read' },
    ru: {
      one: '{n} уведомление отмечено прочитанным',
      few: '{n} уведомления отмечены прочитанными',
      many: '{n} уведомлений отмечены прочитанными',
      other: '{n} уведомления отмечены прочитанными',
    },
    kk: '{n} хабарлама оқылды деп белгіленді',
  },
  'kind.notification-rule.title': { en: 'Notification rules', ru: 'Правила уведомлений', kk: 'Хабарлама ережелері' },
  'kind.notification-rule.one': { en: 'notification rule', ru: 'правило уведомлений', kk: 'хабарлама ережесі' },
  'kind.notification-rule.create': { en: 'Make a rule', ru: 'Создать правило', kk: 'Ереже құру' },
  'kind.notification-rule.field.query': { en: 'Filter of events', ru: 'Фильтр событий', kk: 'Оқиғалар сүзгісі' },
  'kind.notification-rule.hint.query': {
    en: 'As the address of the events has it: severity=critical&type=bundle-refused. Empty: every event.',
    ru: 'Как в адресе страницы событий: severity=critical&type=bundle-refused. Пусто: все события.',
    kk: 'Оқиғалар бетінің мекенжайындағыдай: severity=critical&type=bundle-refused. Бос: барлық оқиға.',
  },
  'kind.notification-rule.field.accounts': { en: 'Accounts', ru: 'Учётные записи', kk: 'Тіркелгілер' },
  'kind.notification-rule.field.roles': { en: 'Roles', ru: 'Роли', kk: 'Рөлдер' },
  'kind.notification-rule.hint.roles': {
    en: 'Each person gets only what that person may see.',
    ru: 'Каждый получает только то, что ему доступно.',
    kk: 'Әркім өзіне қолжетімдісін ғана алады.',
  },
  'kind.notification-rule.field.windowMinutes': {
    en: 'Grouping window, minutes',
    ru: 'Окно группировки, минут',
    kk: 'Топтау терезесі, минут',
  },
  'kind.notification-rule.hint.windowMinutes': {
    en: 'The first message goes at once; what comes within the window is counted in it.',
    ru: 'Первое сообщение уходит сразу; всё, что приходит в пределах окна, считается в нём.',
    kk: 'Бірінші хабарлама бірден кетеді; терезе ішінде келгені соның санына қосылады.',
  },
  'kind.notification-rule.field.disabled': { en: 'Off', ru: 'Выключено', kk: 'Өшірулі' },
  'kind.notification-mute.title': { en: 'Muted', ru: 'Приглушено', kk: 'Өшіріле тұрғандар' },
  'kind.notification-mute.one': { en: 'mute', ru: 'приглушение', kk: 'өшіре тұру' },
  'kind.notification-mute.create': {
    en: 'Mute something',
    ru: 'Приглушить уведомления',
    kk: 'Хабарламаларды өшіре тұру',
  },
  'kind.notification-mute.field.device': { en: 'Device', ru: 'Устройство', kk: 'Құрылғы' },
  'kind.notification-mute.field.group': {
    en: 'Group and all below it',
    ru: 'Группа и всё под ней',
    kk: 'Топ және оның астындағылар',
  },
  'kind.notification-mute.field.rule': { en: 'Rule', ru: 'Правило', kk: 'Ереже' },
  'kind.notification-mute.field.until': { en: 'Until', ru: 'До', kk: 'Мерзімі' },
  'kind.notification-mute.field.reason': { en: 'Reason', ru: 'Причина', kk: 'Себебі' },
  'kind.notification-rule.purpose': {
    en: 'Says which events are told to whom',
    ru: 'Определяет, о каких событиях кому сообщается',
    kk: 'Қай оқиғалар туралы кімге хабарланатынын айтады',
  },
  'kind.notification-mute.purpose': {
    en: 'Keeps messages about a device, a group or a rule away until a time, with the reason',
    ru: 'Не даёт отправлять сообщения об устройстве, группе или правиле до срока, с указанием причины',
    kk: 'Құрылғы, топ немесе ереже туралы хабарламаларды мерзімге дейін тоқтатады, себебі көрсетіледі',
  },
  'validation.notifyWhom': {
    en: 'Choose accounts or roles: a rule that tells no person is none.',
    ru: 'Выберите учётные записи или роли: правило, которое никому не сообщает, не действует.',
    kk: 'Тіркелгілерді немесе рөлдерді таңдаңыз: ешкімге хабарламайтын ереже жарамсыз.',
  },
  'validation.muteOne': {
    en: 'Choose exactly one: a device, a group or a rule.',
    ru: 'Выберите что-то одно: устройство, группу или правило.',
    kk: 'Біреуін ғана таңдаңыз: құрылғы, топ немесе ереже.',
  },
  'register.notifications.title': { en: 'Notifications', ru: 'Уведомления', kk: 'Хабарламалар' },
  'register.notifications.source': {
    en: 'Rules of notifications, over the events of the site',
    ru: 'Правила уведомлений по событиям площадки',
    kk: 'Алаң оқиғалары бойынша хабарлама ережелері',
  },
  'register.notifications.purpose': {
    en: 'The inbox of each person: which rule found how many events, and whether it was read',
    ru: 'Входящие каждого человека: какое правило сколько событий нашло и прочитано ли это',
    kk: 'Әр адамның кірісі: қай ереже қанша оқиға тапты және ол оқылды ма',
  },
});
