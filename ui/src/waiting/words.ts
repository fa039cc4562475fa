import { defineWords } from '../i18n/types.ts';

export const words = defineWords({
  'waiting.title': { en: 'Waits for a second person', ru: 'Ждёт второго человека', kk: 'Екінші адамды күтеді' },
  'waiting.sub': {
    en: 'What one person asked for, and another one decides. Decide on the page of each.',
    ru: 'Что запросил один человек и решает другой. Решение принимается на странице каждого дела.',
    kk: 'Бір адам сұраған, екіншісі шешетін істер. Шешім әр істің өз бетінде қабылданады.',
  },
  'waiting.list': { en: 'Waiting', ru: 'Ожидает', kk: 'Күтуде' },
  'waiting.none': {
    en: 'Nothing waits for a second person',
    ru: 'Второго человека ничего не ждёт',
    kk: 'Екінші адамды ештеңе күтпейді',
  },
  'waiting.noneWhy': {
    en: 'What you may see of acts that take two persons is decided.',
    ru: 'Всё, что вам видно из действий двух человек, решено.',
    kk: 'Екі адам орындайтын әрекеттерден сізге көрінетінінің бәрі шешілген.',
  },
  'waiting.then': { en: 'When it is approved', ru: 'После одобрения', kk: 'Мақұлданғаннан кейін' },
  'waiting.you': { en: 'For you', ru: 'Для вас', kk: 'Сіз үшін' },
  'waiting.youMay': { en: 'You may decide', ru: 'Вы можете решить', kk: 'Сіз шеше аласыз' },
  'waiting.act.range-confirm': {
    en: 'Address range to be asked',
    ru: 'Опрос диапазона адресов',
    kk: 'Мекенжай ауқымын сұрау',
  },
  'waiting.act.identification-approve': {
    en: 'Identification of controllers',
    ru: 'Идентификация контроллеров',
    kk: 'Контроллерлерді сәйкестендіру',
  },
  'waiting.act.program-approve': {
    en: 'Program of a controller',
    ru: 'Программа контроллера',
    kk: 'Контроллер бағдарламасы',
  },
  'waiting.act.patch-sign': {
    en: 'Step of a patch',
    ru: 'Шаг обновления контроллера',
    kk: 'Контроллер жаңартуының қадамы',
  },
  'waiting.act.risk-accept': { en: 'Accepted risk', ru: 'Принятый риск', kk: 'Қабылданған тәуекел' },
  'waiting.act.device-task-confirm': {
    en: 'File given back from quarantine',
    ru: 'Возврат файла из карантина',
    kk: 'Файлды карантиннен қайтару',
  },
  'waiting.act.list-close': {
    en: 'Lists of a source that is gone',
    ru: 'Списки пропавшего источника',
    kk: 'Жоғалған көздің тізімдері',
  },
  'waiting.act.sample-approve': {
    en: 'File fetched from a device',
    ru: 'Файл с устройства',
    kk: 'Құрылғыдан алынатын файл',
  },
  'waiting.act.person-erase': {
    en: 'Erasure of a person',
    ru: 'Удаление данных человека',
    kk: 'Адам деректерін өшіру',
  },
  'waiting.act.account-change': { en: 'Account or role', ru: 'Учётная запись или роль', kk: 'Тіркелгі немесе рөл' },
  'waiting.act.account-vouch': {
    en: 'Account that one person made',
    ru: 'Учётная запись, созданная одним человеком',
    kk: 'Бір адам жасаған тіркелгі',
  },
  'waiting.act.setting-change': { en: 'Safety setting', ru: 'Настройка безопасности', kk: 'Қауіпсіздік баптауы' },
  'waiting.act.connection-change': {
    en: 'Port to be connected to',
    ru: 'Порт для соединений',
    kk: 'Байланыс порты',
  },
  'waiting.act.token-release': {
    en: 'Token that waits after a return',
    ru: 'Токен, который ждёт после возврата',
    kk: 'Қайтқаннан кейін күтіп тұрған токен',
  },
  'waiting.act.address-release': {
    en: 'Release of protected addresses',
    ru: 'Снятие защиты с адресов',
    kk: 'Мекенжайлардан қорғауды алу',
  },
  'waiting.act.redundancy-excuse': {
    en: 'Member of a redundancy group that is excused',
    ru: 'Освобождение участника группы резервирования',
    kk: 'Резервтеу тобының мүшесін босату',
  },
  'waiting.act.event-files': {
    en: 'Folder that events are written to',
    ru: 'Папка для записи событий',
    kk: 'Оқиғалар жазылатын папка',
  },
  'waiting.act.rollout-continue': {
    en: 'Rollout that is held',
    ru: 'Приостановленное развёртывание',
    kk: 'Тоқтап тұрған тарату',
  },
  'waiting.act.deploy-consent': {
    en: 'Packages by other agents',
    ru: 'Пакеты через чужие агенты',
    kk: 'Бөгде агенттер арқылы пакеттер',
  },
  'waiting.act.clock-back': { en: 'Going back with the clock', ru: 'Возврат часов', kk: 'Сағатты қайтару' },
  'waiting.act.agents-move': {
    en: 'Agents to another address',
    ru: 'Перевод агентов на другой адрес',
    kk: 'Агенттерді басқа мекенжайға көшіру',
  },
  'waiting.act.return-acknowledge': {
    en: 'Return to an older state',
    ru: 'Возврат к прежнему состоянию',
    kk: 'Бұрынғы күйге қайту',
  },
  'waiting.act.recovery-key-renew': {
    en: 'New recovery key',
    ru: 'Новый ключ восстановления',
    kk: 'Жаңа қалпына келтіру кілті',
  },
  'waiting.then.range-confirm': {
    en: 'The appliance asks exactly these addresses and ports.',
    ru: 'Сервер опрашивает именно эти адреса и порты.',
    kk: 'Сервер дәл осы мекенжайлар мен порттарды сұрайды.',
  },
  'waiting.then.identification-approve': {
    en: 'The approved packets are sent to the controllers within the window.',
    ru: 'Одобренные пакеты отправляются контроллерам в пределах окна.',
    kk: 'Мақұлданған пакеттер терезе ішінде контроллерлерге жіберіледі.',
  },
  'waiting.then.program-approve': {
    en: 'This program is the one that is compared with from then on.',
    ru: 'С этой программой сравнивают с этого момента.',
    kk: 'Осы сәттен бастап дәл осы бағдарламамен салыстырылады.',
  },
  'waiting.then.patch-sign': {
    en: 'The patch moves on once every signature is there.',
    ru: 'Обновление переходит дальше, когда есть все подписи.',
    kk: 'Барлық қол қойылғанда жаңарту келесі қадамға өтеді.',
  },
  'waiting.then.risk-accept': {
    en: 'The finding is held back until the acceptance ends.',
    ru: 'Уязвимость не показывается, пока риск принят.',
    kk: 'Қабылдау мерзімі біткенше осалдық көрсетілмейді.',
  },
  'waiting.then.device-task-confirm': {
    en: 'The device gives the file back to its place.',
    ru: 'Устройство возвращает файл на место.',
    kk: 'Құрылғы файлды орнына қайтарады.',
  },
  'waiting.then.list-close': {
    en: 'Its packages and their findings leave the device; its next report brings them back.',
    ru: 'Его пакеты и их уязвимости исчезают с устройства; следующий отчёт источника вернёт их.',
    kk: 'Оның пакеттері мен осалдықтары құрылғыдан кетеді; көздің келесі есебі оларды қайтарады.',
  },
  'waiting.then.sample-approve': {
    en: 'The device sends the file to the appliance.',
    ru: 'Устройство отправляет файл серверу.',
    kk: 'Құрылғы файлды серверге жібереді.',
  },
  'waiting.then.person-erase': {
    en: 'The key of the person is destroyed; the values cannot be read again.',
    ru: 'Ключ человека уничтожается; данные больше не прочесть.',
    kk: 'Адамның кілті жойылады; деректерді енді оқу мүмкін емес.',
  },
  'waiting.then.account-change': {
    en: 'The change counts; a link is shown to who approves.',
    ru: 'Изменение вступает в силу; ссылку видит тот, кто одобрил.',
    kk: 'Өзгеріс күшіне енеді; сілтемені мақұлдаған адам көреді.',
  },
  'waiting.then.account-vouch': {
    en: 'Who made it no longer stands behind the account.',
    ru: 'Создавший больше не стоит за учётной записью.',
    kk: 'Жасаған адам енді тіркелгінің артында тұрмайды.',
  },
  'waiting.then.setting-change': {
    en: 'The new value holds.',
    ru: 'Действует новое значение.',
    kk: 'Жаңа мән күшіне енеді.',
  },
  'waiting.then.token-release': {
    en: 'The token lets in again what shows it.',
    ru: 'Токен снова пропускает того, кто его предъявит.',
    kk: 'Токен оны көрсеткенді қайтадан кіргізеді.',
  },
  'waiting.then.connection-change': {
    en: 'The appliance connects to this port.',
    ru: 'Сервер соединяется с этим портом.',
    kk: 'Сервер осы портпен байланысады.',
  },
  'waiting.then.recovery-key-renew': {
    en: 'A new key is made and shown to who approves; older backups need the older key.',
    ru: 'Создаётся новый ключ, его видит одобривший; прежние копии открывает прежний ключ.',
    kk: 'Жаңа кілт жасалады, оны мақұлдаған адам көреді; бұрынғы көшірмелерді бұрынғы кілт ашады.',
  },
  'waiting.then.address-release': {
    en: 'Directories, scans and agents may connect to these addresses.',
    ru: 'Каталоги, сканирование и агенты смогут обращаться к этим адресам.',
    kk: 'Каталогтар, сканерлеу және агенттер бұл мекенжайларға жүгіне алады.',
  },
  'waiting.then.redundancy-excuse': {
    en: 'The member is neither waited for nor counted until its time.',
    ru: 'Участника не ждут и не учитывают до срока.',
    kk: 'Мүшені мерзімге дейін күтпейді және есептемейді.',
  },
  'waiting.then.event-files': {
    en: 'Events with names of devices are written there, not encrypted.',
    ru: 'Туда без шифрования записываются события с именами устройств.',
    kk: 'Оған құрылғы атаулары бар оқиғалар шифрланбай жазылады.',
  },
  'waiting.then.rollout-continue': {
    en: 'Devices of the ring go on, or the next ring opens.',
    ru: 'Устройства этапа продолжают, или открывается следующий этап.',
    kk: 'Кезең құрылғылары жалғастырады немесе келесі кезең ашылады.',
  },
  'waiting.then.deploy-consent': {
    en: 'Agents of the group that cannot verify a package install what is ordered to them.',
    ru: 'Агенты группы, не умеющие проверять пакеты, устанавливают назначенное им.',
    kk: 'Топтың пакетті тексере алмайтын агенттері өздеріне тапсырылғанды орнатады.',
  },
  'waiting.then.clock-back': {
    en: 'The certain time is lowered to the clock; requests that no host could answer are closed.',
    ru: 'Достоверное время возвращается к часам; запросы, на которые никто не ответит, закрываются.',
    kk: 'Сенімді уақыт сағатқа қайтады; ешкім жауап бере алмайтын сұраныстар жабылады.',
  },
  'waiting.then.agents-move': {
    en: 'One agent tries the new address; the others follow once it was heard from there.',
    ru: 'Новый адрес пробует один агент; остальные следуют, когда он отзовётся оттуда.',
    kk: 'Жаңа мекенжайды бір агент байқайды; ол сол жақтан жауап бергенде қалғандары көшеді.',
  },
  'waiting.then.return-acknowledge': {
    en: 'The warning leaves every page; the journal keeps both names.',
    ru: 'Предупреждение исчезает со страниц; оба имени остаются в журнале.',
    kk: 'Ескерту беттерден кетеді; екі есім де журналда қалады.',
  },
});
