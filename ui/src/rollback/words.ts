import { defineWords } from '../i18n/types.ts';

export const words = defineWords({
  'rollback.cause.unknown': {
    en: 'The database went back to an older state, and no restore was recorded',
    ru: 'База данных вернулась к прежнему состоянию, и восстановление не записано',
    kk: 'Дерекқор бұрынғы күйіне қайтты, қалпына келтіру жазылмаған',
  },
  'rollback.cause.restored': {
    en: 'A backup was restored',
    ru: 'Восстановлена резервная копия',
    kk: 'Сақтық көшірме қалпына келтірілді',
  },
  'rollback.cause.no-witness': {
    en: 'Whether the database went back is not known: its witness is not there',
    ru: 'Неизвестно, вернулась ли база данных назад: её свидетеля нет',
    kk: 'Дерекқордың артқа қайтқаны белгісіз: оның куәгері жоқ',
  },
  'rollback.look': {
    en: 'What happened, and what to do',
    ru: 'Что произошло и что делать',
    kk: 'Не болды және не істеу керек',
  },
  'rollback.title': { en: 'Return to an older state', ru: 'Возврат к прежнему состоянию', kk: 'Бұрынғы күйге қайту' },
  'rollback.sub': {
    en: 'A witness outside the database has seen how far it was. What was taken away since was taken away again.',
    ru: 'Свидетель вне базы помнит, как далеко она была. Отобранное с тех пор отобрано снова.',
    kk: 'Дерекқордан тыс куәгер оның қай жерде болғанын біледі. Содан бері алынғандар қайта алынды.',
  },
  'rollback.none': {
    en: 'The database never went back',
    ru: 'База данных не возвращалась назад',
    kk: 'Дерекқор артқа қайтқан емес',
  },
  'rollback.file': { en: 'Backup:', ru: 'Копия:', kk: 'Көшірме:' },
  'rollback.wasFound': {
    en: 'The journal had {was} entries, {found} were found.',
    ru: 'В журнале было записей: {was}, найдено: {found}.',
    kk: 'Журналда {was} жазба болған, {found} табылды.',
  },
  'rollback.foundOnly': {
    en: 'The journal has {found} entries; how many it had is not known.',
    ru: 'Записей в журнале: {found}; сколько было, неизвестно.',
    kk: 'Журналда {found} жазба бар; қанша болғаны белгісіз.',
  },
  'rollback.devices': {
    en: { one: '{n} device revoked again', other: '{n} devices revoked again' },
    ru: {
      one: 'снова отозвано {n} устройство',
      few: 'снова отозвано {n} устройства',
      many: 'снова отозвано {n} устройств',
      other: 'снова отозвано {n} устройства',
    },
    kk: { one: '{n} құрылғы қайта қайтарып алынды', other: '{n} құрылғы қайта қайтарып алынды' },
  },
  'rollback.accounts': {
    en: {
      one: '{n} account or token removed or disabled again',
      other: '{n} accounts or tokens removed or disabled again',
    },
    ru: {
      one: 'снова удалена или отключена {n} учётная запись или токен',
      few: 'снова удалены или отключены {n} учётные записи или токены',
      many: 'снова удалено или отключено {n} учётных записей или токенов',
      other: 'снова удалены или отключены {n} учётные записи или токены',
    },
    kk: {
      one: '{n} тіркелгі немесе токен қайта жойылды не өшірілді',
      other: '{n} тіркелгі немесе токен қайта жойылды не өшірілді',
    },
  },
  'rollback.rights': {
    en: { one: '{n} account or role lost rights again', other: '{n} accounts or roles lost rights again' },
    ru: {
      one: 'снова потеряла права {n} учётная запись или роль',
      few: 'снова потеряли права {n} учётные записи или роли',
      many: 'снова потеряли права {n} учётных записей или ролей',
      other: 'снова потеряли права {n} учётные записи или роли',
    },
    kk: {
      one: '{n} тіркелгі немесе рөл құқықтарынан қайта айырылды',
      other: '{n} тіркелгі немесе рөл құқықтарынан қайта айырылды',
    },
  },
  'rollback.persons': {
    en: { one: '{n} key of a person erased again', other: '{n} keys of persons erased again' },
    ru: {
      one: 'снова стёрт {n} ключ человека',
      few: 'снова стёрты {n} ключа людей',
      many: 'снова стёрто {n} ключей людей',
      other: 'снова стёрты {n} ключа людей',
    },
    kk: { one: '{n} адам кілті қайта өшірілді', other: '{n} адам кілті қайта өшірілді' },
  },
  'rollback.notCovered': {
    en: 'Not everything that was taken away since is known',
    ru: 'Известно не всё, что было отобрано с тех пор',
    kk: 'Содан бері алынғандардың бәрі белгілі емес',
  },
  'rollback.covered': {
    en: 'Everything that was taken away since is known: each such field of each object was compared.',
    ru: 'Известно всё, что было отобрано с тех пор: сравнено каждое такое поле каждого объекта.',
    kk: 'Содан бері алынғандардың бәрі белгілі: әр нысанның әрбір осындай өрісі салыстырылды.',
  },
  'rollback.unknownSince': {
    en: 'What was done after {at} is not known here. Look at devices, accounts, roles and tokens, and at passwords that were changed.',
    ru: 'Что делалось после {at}, здесь неизвестно. Проверьте устройства, учётные записи, роли, токены и сменённые пароли.',
    kk: '{at} кейін не істелгені мұнда белгісіз. Құрылғыларды, тіркелгілерді, рөлдерді, токендерді және өзгертілген құпиясөздерді қараңыз.',
  },
  'rollback.unknownEver': {
    en: 'What is lost, and since when, is not known here. Look at devices, accounts, roles and tokens, and at passwords that were changed.',
    ru: 'Что потеряно и с какого времени, здесь неизвестно. Проверьте устройства, учётные записи, роли, токены и сменённые пароли.',
    kk: 'Не жоғалғаны және қашаннан бері екені мұнда белгісіз. Құрылғыларды, тіркелгілерді, рөлдерді, токендерді және өзгертілген құпиясөздерді қараңыз.',
  },
  'rollback.uncompared': { en: 'Not compared:', ru: 'Не сравнено:', kk: 'Салыстырылмады:' },
  'rollback.certificates': {
    en: 'Was the certificate of a device revoked since? It is valid again then: revoke it once more.',
    ru: 'Был ли с тех пор отозван сертификат какого-либо устройства? Тогда он снова действует: отзовите его ещё раз.',
    kk: 'Содан бері қандай да бір құрылғының сертификаты қайтарып алынды ма? Онда ол қайтадан жарамды: оны тағы бір рет қайтарып алыңыз.',
  },
  'rollback.certificatesLook': {
    en: 'Devices and their certificates',
    ru: 'Устройства и их сертификаты',
    kk: 'Құрылғылар және олардың сертификаттары',
  },
  'rollback.links': {
    en: { one: '{n} unused link ended', other: '{n} unused links ended' },
    ru: {
      one: 'прекращена {n} неиспользованная ссылка',
      few: 'прекращены {n} неиспользованные ссылки',
      many: 'прекращено {n} неиспользованных ссылок',
      other: 'прекращены {n} неиспользованные ссылки',
    },
    kk: { one: '{n} пайдаланылмаған сілтеме тоқтатылды', other: '{n} пайдаланылмаған сілтеме тоқтатылды' },
  },
  'rollback.sessions': {
    en: { one: '{n} session ended', other: '{n} sessions ended' },
    ru: {
      one: 'завершён {n} сеанс',
      few: 'завершены {n} сеанса',
      many: 'завершено {n} сеансов',
      other: 'завершены {n} сеанса',
    },
    kk: { one: '{n} сеанс аяқталды', other: '{n} сеанс аяқталды' },
  },
  'rollback.held': {
    en: { one: '{n} token held back', other: '{n} tokens held back' },
    ru: {
      one: 'приостановлен {n} токен',
      few: 'приостановлены {n} токена',
      many: 'приостановлено {n} токенов',
      other: 'приостановлено {n} токена',
    },
    kk: { one: '{n} токен тоқтатыла тұрды', other: '{n} токен тоқтатыла тұрды' },
  },
  'rollback.tokensGoOn': {
    en: 'An upgrade failed and went back by itself, and nothing that was compared differs: tokens go on. Those with a number of uses wait, because uses of the lost time are not known.',
    ru: 'Обновление не удалось и откатилось само, и ни в чём из сравнённого нет различий: токены действуют дальше. Токены с ограниченным числом применений ждут: сколько их применили за потерянное время, неизвестно.',
    kk: 'Жаңарту сәтсіз болып, өздігінен кері қайтты, ал салыстырылғанның ешбірінде айырма жоқ: токендер әрі қарай істейді. Пайдалану саны шектелгендері күтеді: жоғалған уақытта қанша рет пайдаланылғаны белгісіз.',
  },
  'rollback.tokens': {
    en: 'Tokens that wait since a return',
    ru: 'Токены, которые ждут после возврата',
    kk: 'Қайтқаннан кейін күтіп тұрған токендер',
  },
  'rollback.token': { en: 'Token', ru: 'Токен', kk: 'Токен' },
  'rollback.tokenEnds': { en: 'Ends', ru: 'Истекает', kk: 'Аяқталады' },
  'rollback.tokensWhy': {
    en: 'They lie in the older database. Which of them were in wrong hands or ended since, it does not say: each is refused (TOKEN_HELD) until an administrator lets it live again. Delete those that nothing uses any more.',
    ru: 'Они остались в прежней базе. Какие из них с тех пор попали в чужие руки или были прекращены, в ней не видно: каждый отклоняется (TOKEN_HELD), пока администратор не вернёт его в действие. Удалите те, которыми больше ничто не пользуется.',
    kk: 'Олар бұрынғы дерекқорда қалған. Содан бері қайсысы бөтен қолға түскені не тоқтатылғаны онда көрінбейді: әкімші қайта іске қоспайынша, әрқайсысы қабылданбайды (TOKEN_HELD). Енді ештеңе пайдаланбайтындарын жойыңыз.',
  },
  'rollback.tokensReason': {
    en: 'Why they may live again, and what you looked at',
    ru: 'Почему их можно вернуть в действие и что вы проверили',
    kk: 'Неге оларды қайта іске қосуға болады және нені қарадыңыз',
  },
  'rollback.tokensAsk': {
    en: 'Let the marked ones live again',
    ru: 'Вернуть отмеченные в действие',
    kk: 'Белгіленгендерді қайта іске қосу',
  },
  'rollback.tokensWait': {
    en: {
      one: '{n} token is to live again: that waits for a second person',
      other: '{n} tokens are to live again: that waits for a second person',
    },
    ru: {
      one: 'Возврат в действие {n} токена ждёт второго человека',
      few: 'Возврат в действие {n} токенов ждёт второго человека',
      many: 'Возврат в действие {n} токенов ждёт второго человека',
      other: 'Возврат в действие {n} токена ждёт второго человека',
    },
    kk: {
      one: '{n} токенді қайта іске қосу екінші адамды күтеді',
      other: '{n} токенді қайта іске қосу екінші адамды күтеді',
    },
  },
  'rollback.tokensOnly': {
    en: 'Where there is no second person, the one who asked agrees after 24 hours; that is marked.',
    ru: 'Если второго человека нет, через 24 часа соглашается тот, кто попросил; это отмечается.',
    kk: 'Екінші адам болмаса, сұраған адамның өзі 24 сағаттан кейін келіседі; бұл белгіленеді.',
  },
  'rollback.tokensNotFound': {
    en: 'One of these does not wait any more: look again',
    ru: 'Один из них уже не ждёт: посмотрите снова',
    kk: 'Бұлардың бірі енді күтіп тұрған жоқ: қайта қараңыз',
  },
  'rollback.moreTokens': {
    en: '{n} more: {command}',
    ru: 'Ещё {n}: {command}',
    kk: 'Тағы {n}: {command}',
  },
  'rollback.tokenHeld': {
    en: 'Waits after a return',
    ru: 'Ждёт после возврата',
    kk: 'Қайтқаннан кейін күтуде',
  },
  'rollback.tokenHeldWhy': {
    en: 'The database was put back to an older state since this token was made. It is refused until an administrator lets it live again.',
    ru: 'База данных вернулась к состоянию старше сегодняшнего, и этот токен отклоняется, пока администратор не вернёт его в действие.',
    kk: 'Дерекқор бұрынғы күйге қайтты, сондықтан әкімші қайта іске қоспайынша, бұл токен қабылданбайды.',
  },
  'rollback.toastTokens': {
    en: 'Noted; it waits for a second person',
    ru: 'Записано; ждёт второго человека',
    kk: 'Жазылды; екінші адамды күтеді',
  },
  'rollback.toastTokensLive': {
    en: { one: '{n} token lives again', other: '{n} tokens live again' },
    ru: {
      one: 'Возвращён в действие {n} токен',
      few: 'Возвращены в действие {n} токена',
      many: 'Возвращено в действие {n} токенов',
      other: 'Возвращено в действие {n} токена',
    },
    kk: { one: '{n} токен қайта іске қосылды', other: '{n} токен қайта іске қосылды' },
  },
  'rollback.toastTokensRefused': {
    en: 'The request is given up; the tokens go on waiting',
    ru: 'Просьба отклонена; токены ждут дальше',
    kk: 'Өтініш қабылданбады; токендер күте береді',
  },
  'rollback.inCommand': {
    en: 'More lines: {n}. All of them: {command}',
    ru: 'Ещё строк: {n}. Все: {command}',
    kk: 'Тағы жол: {n}. Барлығы: {command}',
  },
  'rollback.compared': {
    en: { one: '{n} object compared field by field', other: '{n} objects compared field by field' },
    ru: {
      one: 'по полям сравнён {n} объект',
      few: 'по полям сравнены {n} объекта',
      many: 'по полям сравнено {n} объектов',
      other: 'по полям сравнены {n} объекта',
    },
    kk: { one: '{n} нысан өріс бойынша салыстырылды', other: '{n} нысан өріс бойынша салыстырылды' },
  },
  'rollback.lost': {
    en: 'Made since and lost:',
    ru: 'Создано с тех пор и потеряно:',
    kk: 'Содан бері жасалып, жоғалғаны:',
  },
  'rollback.lines': {
    en: 'What came back looser, and was made strict',
    ru: 'Что вернулось более слабым и стало строгим',
    kk: 'Босаңсып қайтып, қатаң етілгендер',
  },
  'rollback.found': { en: 'Found', ru: 'Найдено', kk: 'Табылғаны' },
  'rollback.done': { en: 'Done', ru: 'Сделано', kk: 'Істелгені' },
  'rollback.was.changed': {
    en: 'differs from what was last seen',
    ru: 'отличается от того, что было видно последним',
    kk: 'соңғы көрінгеннен өзгеше',
  },
  'rollback.was.deleted': { en: 'had been deleted', ru: 'было удалено', kk: 'жойылған еді' },
  'rollback.was.lost': { en: 'what it said is lost', ru: 'его содержание потеряно', kk: 'оның мазмұны жоғалған' },
  'rollback.done.removed': { en: 'deleted', ru: 'удалено', kk: 'жойылды' },
  'rollback.done.default': { en: 'set to its default', ru: 'поставлено по умолчанию', kk: 'әдепкі мәнге қойылды' },
  'rollback.done.strict': {
    en: 'set to its strict side',
    ru: 'поставлено на строгую сторону',
    kk: 'қатаң жағына қойылды',
  },
  'rollback.moreLines': {
    en: { one: '{n} more line is in the journal.', other: '{n} more lines are in the journal.' },
    ru: {
      one: 'Ещё {n} строка в журнале.',
      few: 'Ещё {n} строки в журнале.',
      many: 'Ещё {n} строк в журнале.',
      other: 'Ещё {n} строки в журнале.',
    },
    kk: { one: 'Тағы {n} жол журналда.', other: 'Тағы {n} жол журналда.' },
  },
  'rollback.linesNext': {
    en: 'The older value of each stands in its revisions. Give back what is right on its own page, with the second person that it takes. An account without a password gets a new link there, or at the machine.',
    ru: 'Прежнее значение есть среди ревизий объекта. Верните верное на его странице, со вторым человеком, если он нужен. Учётная запись без пароля получает там новую ссылку, или на самой машине.',
    kk: 'Бұрынғы мәні нысанның ревизияларында бар. Дұрысын оның өз бетінде қайтарыңыз, қажет болса екінші адаммен. Құпиясөзі жоқ тіркелгі сол жерде немесе машинаның өзінде жаңа сілтеме алады.',
  },
  'rollback.reason': {
    en: 'Why it went back, and what you looked at',
    ru: 'Почему база вернулась назад и что вы проверили',
    kk: 'Неге артқа қайтты және нені қарадыңыз',
  },
  'rollback.reasonHint': { en: 'It stays in the journal.', ru: 'Останется в журнале.', kk: 'Журналда қалады.' },
  'rollback.acknowledge': { en: 'I have seen it', ru: 'Я это видел', kk: 'Мен мұны көрдім' },
  'rollback.acknowledged': { en: 'Seen by', ru: 'Видел', kk: 'Көрген' },
  'rollback.toast': { en: 'Noted in the journal', ru: 'Записано в журнал', kk: 'Журналға жазылды' },
  'rollback.waits': {
    en: 'That it was seen waits for a second person',
    ru: 'Отметка «видел» ждёт второго человека',
    kk: '«Көрдім» белгісі екінші адамды күтеді',
  },
  'rollback.toastWaits': {
    en: 'Noted; it waits for a second person',
    ru: 'Записано; ждёт второго человека',
    kk: 'Жазылды; екінші адамды күтеді',
  },
  'rollback.toastRefused': {
    en: 'It is not noted as seen',
    ru: 'Отметка «видел» не поставлена',
    kk: '«Көрдім» белгісі қойылмады',
  },
  'event.state-went-back': {
    en: 'Return to an older state of the database found ({cause}): entry {found} of the journal, {was} had been seen. {file}',
    ru: 'Обнаружен возврат базы к прежнему состоянию ({cause}): запись журнала {found}, была {was}. {file}',
    kk: 'Дерекқордың бұрынғы күйге қайтуы анықталды ({cause}): журналдың {found} жазбасы, {was} болған. {file}',
  },
  'event.state-return-acknowledged': {
    en: 'Return to an older state acknowledged ({cause}, entry {found}). {reason}',
    ru: 'Возврат к прежнему состоянию подтверждён ({cause}, запись {found}). {reason}',
    kk: 'Бұрынғы күйге қайту расталды ({cause}, {found} жазба). {reason}',
  },
  'event.state-return-asked': {
    en: 'Return to an older state: one person has seen it, a second one is waited for ({cause}, entry {found}). {reason}',
    ru: 'Возврат к прежнему состоянию: один человек его видел, нужен второй ({cause}, запись {found}). {reason}',
    kk: 'Бұрынғы күйге қайту: оны бір адам көрді, екіншісі күтілуде ({cause}, {found} жазба). {reason}',
  },
  'event.state-return-refused': {
    en: 'Return to an older state: the request of one person was given up ({cause}, entry {found}). {reason}',
    ru: 'Возврат к прежнему состоянию: отметка одного человека снята ({cause}, запись {found}). {reason}',
    kk: 'Бұрынғы күйге қайту: бір адамның белгісі алынды ({cause}, {found} жазба). {reason}',
  },
});
