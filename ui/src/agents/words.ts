import { defineWords } from '../i18n/types.ts';

export const words = defineWords({
  'event.osquery-answers-dropped': {
    en: 'Answers of {bytes} bytes dropped: together they were too large, and nothing of them is kept. On the device, leave out the table with the most rows (--disable_tables), or report by another agent.',
    ru: 'Ответы в {bytes} байт отброшены: вместе они слишком велики, ничего из них не сохранено. Исключите на устройстве таблицу, где больше всего строк (--disable_tables), или отчитывайтесь другим агентом.',
    kk: '{bytes} байт жауаптар тасталды: бірге олар тым үлкен, олардан ештеңе сақталмады. Құрылғыда жолы ең көп кестені алып тастаңыз (--disable_tables) немесе басқа агентпен есеп беріңіз.',
  },
  'event.osquery-log-dropped': {
    en: 'Log batch of {bytes} bytes dropped: too large',
    ru: 'Пакет журнала в {bytes} байт отброшен: слишком велик',
    kk: '{bytes} байт журнал дестесі тасталды: тым үлкен',
  },
  'event.osquery-question-failed': {
    en: 'Inventory question {question} was not answered: {state}',
    ru: 'Нет ответа на вопрос инвентаризации {question}: {state}',
    kk: 'Түгендеу сұрағына жауап жоқ {question}: {state}',
  },

  'kind.file-search.title': { en: 'File searches', ru: 'Поиск файлов', kk: 'Файлдарды іздеу' },
  'kind.file-search.one': { en: 'file search', ru: 'поиск файла', kk: 'файлды іздеу' },
  'kind.file-search.purpose': {
    en: 'A file that the GLPI and FusionInventory agents of a group look for. Without a search nothing is read.',
    ru: 'Файл, который ищут агенты GLPI и FusionInventory устройств группы. Пока поиск не задан, ничего не читается.',
    kk: 'Топтағы құрылғылардың GLPI және FusionInventory агенттері іздейтін файл. Іздеу берілмейінше ештеңе оқылмайды.',
  },
  'kind.file-search.create': { en: 'Search for a file', ru: 'Искать файл', kk: 'Файл іздеу' },
  'kind.file-search.field.folder': { en: 'Folder', ru: 'Папка', kk: 'Қалта' },
  'kind.file-search.field.recursive': {
    en: 'With the folders inside',
    ru: 'Включая вложенные папки',
    kk: 'Ішкі қалталармен бірге',
  },
  'kind.file-search.field.fileName': { en: 'File name', ru: 'Имя файла', kk: 'Файл атауы' },
  'kind.file-search.field.sha512': { en: 'SHA-512', ru: 'SHA-512', kk: 'SHA-512' },
  'kind.file-search.field.sizeBytes': { en: 'Size, bytes', ru: 'Размер, байт', kk: 'Өлшемі, байт' },
  'kind.file-search.hint.folder': {
    en: 'The whole path. A search from the root of a disk is not taken: it would read every file.',
    ru: 'Полный путь. Поиск от корня диска не принимается: пришлось бы читать каждый файл.',
    kk: 'Толық жол. Дискінің түбірінен іздеу қабылданбайды: әр файлды оқуға тура келер еді.',
  },
  'kind.file-search.hint.sha512': {
    en: 'The agent compares this one.',
    ru: 'По этой сумме файл сверяет агент.',
    kk: 'Агент файлды осы сома бойынша салыстырады.',
  },
  'kind.file-search.hint.sha256': {
    en: 'The file stands under this one in the list of executables.',
    ru: 'Под этой суммой файл стоит в списке исполняемых файлов.',
    kk: 'Файл орындалатын файлдар тізімінде осы сомамен тұрады.',
  },
  'kind.agent-scan.title': { en: 'Searches by agents', ru: 'Поиск силами агентов', kk: 'Агенттермен іздеу' },
  'kind.agent-scan.one': { en: 'search by an agent', ru: 'поиск силами агента', kk: 'агентпен іздеу' },
  'kind.agent-scan.purpose': {
    en: 'The GLPI, FusionInventory or OCS agent of one device searches a confirmed address range, one address after the other. Without a search none is asked.',
    ru: 'Агент GLPI, FusionInventory или OCS одного устройства обходит подтверждённый диапазон адресов, один адрес за другим. Пока поиск не задан, никого не опрашивают.',
    kk: 'Бір құрылғының GLPI, FusionInventory немесе OCS агенті расталған мекенжайлар ауқымын бір-бірлеп тексереді. Іздеу берілмейінше ешкім сұралмайды.',
  },
  'kind.agent-scan.create': { en: 'Search with an agent', ru: 'Искать силами агента', kk: 'Агентпен іздеу' },
  'kind.agent-scan.field.range': { en: 'Address range', ru: 'Диапазон адресов', kk: 'Мекенжайлар ауқымы' },
  'kind.agent-scan.field.community': { en: 'SNMP community', ru: 'Имя сообщества SNMP', kk: 'SNMP қауымдастығы' },
  'kind.agent-scan.field.port': { en: 'SNMP port', ru: 'Порт SNMP', kk: 'SNMP порты' },
  'kind.agent-scan.hint.range': {
    en: 'Only while the range is enabled, confirmed and within its hours. Addresses of controllers are left out.',
    ru: 'Только пока диапазон включён, подтверждён и идут его часы. Адреса контроллеров пропускаются.',
    kk: 'Ауқым қосулы, расталған және сағаты келген кезде ғана. Контроллерлердің мекенжайлары өткізіліп жіберіледі.',
  },
  'kind.agent-scan.hint.device': {
    en: 'The id of the device, as its address in the console shows it.',
    ru: 'Идентификатор устройства, как в адресе его страницы.',
    kk: 'Құрылғының идентификаторы, оның бетінің мекенжайындағыдай.',
  },
  'kind.agent-scan.hint.community': {
    en: 'For SNMP 2c; without it nothing is asked over SNMP.',
    ru: 'Для SNMP 2c; без него по SNMP ничего не спрашивают.',
    kk: 'SNMP 2c үшін; онсыз SNMP арқылы ештеңе сұралмайды.',
  },
  'kind.deploy-consent.title': {
    en: 'Consents to packages by other agents',
    ru: 'Согласия на пакеты через чужие агенты',
    kk: 'Бөгде агенттер арқылы пакеттерге келісім',
  },
  'kind.deploy-consent.one': { en: 'consent', ru: 'согласие', kk: 'келісім' },
  'kind.deploy-consent.purpose': {
    en: 'GLPI and FusionInventory agents cannot verify a package. They get packages only while a consent for their group is in force: one person gives it, another one agrees.',
    ru: 'Агенты GLPI и FusionInventory не умеют проверять пакеты. Они получают пакеты, только пока для их группы действует согласие: один человек его даёт, другой подтверждает.',
    kk: 'GLPI және FusionInventory агенттері пакетті тексере алмайды. Олар пакетті тобына арналған келісім күшінде болғанда ғана алады: оны бір адам береді, екіншісі мақұлдайды.',
  },
  'kind.deploy-consent.create': { en: 'Give consent', ru: 'Дать согласие', kk: 'Келісім беру' },
  'kind.deploy-consent.field.agreedBy': { en: 'Agreed by', ru: 'Второй человек', kk: 'Екінші адам' },
  'kind.deploy-consent.hint.group': {
    en: 'It holds for the group and those below. Another group or reason waits for a second person anew; deleting the consent closes the way at once.',
    ru: 'Действует для группы и вложенных в неё. Другая группа или причина снова ждёт второго человека; удаление согласия сразу закрывает путь.',
    kk: 'Топқа және оның ішіндегілерге қолданылады. Басқа топ немесе себеп екінші адамды қайта күтеді; келісімді жою жолды бірден жабады.',
  },
  'consents.waiting': {
    en: 'Waits for a second person: no package goes yet',
    ru: 'Ждёт второго человека: пакеты пока не передаются',
    kk: 'Екінші адамды күтеді: пакеттер әзірге берілмейді',
  },
  'consents.inForce': { en: 'In force', ru: 'Действует', kk: 'Күшінде' },
  'consents.agreedBy': {
    en: 'Agreed to by {who}. A change of the group or reason waits for a second person anew.',
    ru: 'Второй человек: {who}. Изменение группы или причины снова ждёт второго человека.',
    kk: 'Екінші адам: {who}. Топты немесе себепті өзгерту екінші адамды қайта күтеді.',
  },
  'consents.toastInForce': {
    en: 'The consent is in force',
    ru: 'Согласие действует',
    kk: 'Келісім күшіне енді',
  },
  'consents.toastRefused': {
    en: 'The consent was given up',
    ru: 'Согласие отклонено',
    kk: 'Келісім қабылданбады',
  },
  'kind.executable-collection.title': {
    en: 'Collections of executable files',
    ru: 'Сбор исполняемых файлов',
    kk: 'Орындалатын файлдарды жинау',
  },
  'kind.executable-collection.one': {
    en: 'collection of executable files',
    ru: 'сбор исполняемых файлов',
    kk: 'орындалатын файлдарды жинау',
  },
  'kind.executable-collection.purpose': {
    en: 'Which executable files our agents of a group look for and hash, and how much of a check-in that may take. Without one nothing is looked for.',
    ru: 'Какие исполняемые файлы ищут и хешируют наши агенты устройств группы и сколько это может занять за один сеанс связи. Пока сбор не задан, ничего не ищут.',
    kk: 'Топтағы біздің агенттер қандай орындалатын файлдарды іздеп, хешін есептейді және бұл бір байланыс сеансынан қанша алады. Жинау берілмейінше ештеңе ізделмейді.',
  },
  'kind.executable-collection.create': {
    en: 'Collect executable files',
    ru: 'Собрать исполняемые файлы',
    kk: 'Орындалатын файлдарды жинау',
  },
  'kind.executable-collection.field.paths': { en: 'Folders', ru: 'Папки', kk: 'Қалталар' },
  'kind.executable-collection.field.entriesPerTurn': {
    en: 'Files and folders per check-in',
    ru: 'Файлов и папок за сеанс',
    kk: 'Бір сеанста файл мен қалта',
  },
  'kind.executable-collection.field.megabytesPerTurn': {
    en: 'Megabytes hashed per check-in',
    ru: 'Мегабайт хешируется за сеанс',
    kk: 'Бір сеанста хеш есептелетін мегабайт',
  },
  'kind.executable-collection.field.restHours': {
    en: 'Hours between two rounds',
    ru: 'Часов между двумя обходами',
    kk: 'Екі айналым арасындағы сағат',
  },
  'kind.executable-collection.hint.group': {
    en: 'The groups below it take the nearest one.',
    ru: 'Вложенные группы берут ближайший.',
    kk: 'Ішкі топтар ең жақынын алады.',
  },
  'kind.executable-collection.hint.paths': {
    en: 'Whole paths, one a line, with everything below them. None: all disks of the device.',
    ru: 'Полные пути, по одному в строке, со всем, что внутри. Пусто: все диски устройства.',
    kk: 'Толық жолдар, әр жолда біреу, ішіндегінің бәрімен. Бос болса: құрылғының барлық дискілері.',
  },
  'kind.executable-collection.hint.megabytesPerTurn': {
    en: 'A file that is larger is still read to its end; then the check-in does no more.',
    ru: 'Более крупный файл всё же читается до конца; после него сеанс ничего больше не читает.',
    kk: 'Одан үлкен файл бәрібір соңына дейін оқылады; содан кейін сеанс ештеңе оқымайды.',
  },
  'kind.executable-collection.hint.disabled': {
    en: 'Nothing is looked for in this group and those below it, whatever the groups above say. A device that was enrolled with --executables keeps to its own settings.',
    ru: 'В этой группе и вложенных ничего не ищут, что бы ни говорили группы выше. Устройство, введённое с --executables, держится своих настроек.',
    kk: 'Бұл топта және ішкі топтарда ештеңе ізделмейді, жоғарғы топтар не десе де. --executables арқылы енгізілген құрылғы өз баптауын ұстанады.',
  },
  'kind.neighbour-collection.title': {
    en: 'Collections of neighbours',
    ru: 'Сбор сведений о соседях',
    kk: 'Көршілер туралы мәлімет жинау',
  },
  'kind.neighbour-collection.one': {
    en: 'collection of neighbours',
    ru: 'сбор сведений о соседях',
    kk: 'көршілер туралы мәлімет жинау',
  },
  'kind.neighbour-collection.purpose': {
    en: 'Whether our agents of a group report the neighbours on their own network: addresses and MAC addresses of other devices. Without one nothing is reported.',
    ru: 'Сообщают ли наши агенты группы, кого они видят в своей сети: адреса и MAC-адреса чужих устройств. Пока сбор не задан, ничего не сообщают.',
    kk: 'Топтағы біздің агенттер өз желісінде кімді көретінін айта ма: басқа құрылғылардың мекенжайлары мен MAC мекенжайлары. Жинау берілмейінше ештеңе айтылмайды.',
  },
  'kind.neighbour-collection.create': {
    en: 'Collect neighbours',
    ru: 'Собрать сведения о соседях',
    kk: 'Көршілер туралы мәлімет жинау',
  },
  'kind.neighbour-collection.hint.group': {
    en: 'The groups below it take the nearest one.',
    ru: 'Вложенные группы берут ближайший.',
    kk: 'Ішкі топтар ең жақынын алады.',
  },
  'kind.neighbour-collection.hint.disabled': {
    en: 'Nothing is reported in this group and those below it; what was reported is removed.',
    ru: 'В этой группе и вложенных ничего не сообщают; сообщённое раньше отзывается.',
    kk: 'Бұл топта және ішкі топтарда ештеңе айтылмайды; бұрын айтылғаны қайтарып алынады.',
  },

  'event.agent-refused-object': {
    en: 'Agent refused {object}: {code} ({reason})',
    ru: 'Агент отклонил {object}: {code} ({reason})',
    kk: 'Агент {object} нысанын қабылдамады: {code} ({reason})',
  },
  'event.agent-spool-dropped': {
    en: 'Agent dropped {count} unsent reports',
    ru: 'Агент отбросил неотправленные отчёты: {count}',
    kk: 'Агент жіберілмеген {count} есепті тастады',
  },
  'event.agent-trust-stale': {
    en: 'Trust data of the agent is old: {role}, expired {expired}',
    ru: 'Данные доверия агента устарели: {role}, срок {expired}',
    kk: 'Агенттің сенім деректері ескі: {role}, мерзімі {expired}',
  },
});
