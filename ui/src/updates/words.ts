import { defineWords } from '../i18n/types.ts';

export const words = defineWords({
  'approval.undefined': { en: 'Not decided', ru: 'Не решено', kk: 'Шешілмеген' },
  'approval.approved': { en: 'Approved', ru: 'Одобрено', kk: 'Мақұлданған' },
  'approval.declined': { en: 'Declined', ru: 'Отклонено', kk: 'Қабылданбаған' },
  'supply.needed': { en: 'Needed', ru: 'Нужно', kk: 'Қажет' },
  'supply.requested': { en: 'Requested', ru: 'Запрошено', kk: 'Сұралған' },
  'supply.unfulfilled': { en: 'Not filled', ru: 'Не доставлено', kk: 'Жеткізілмеген' },
  'supply.arrived': { en: 'Held here', ru: 'Есть здесь', kk: 'Осында бар' },
  'supply.superseded': { en: 'Superseded', ru: 'Заменено', kk: 'Ауыстырылған' },
  'installation.queued': { en: 'Waiting', ru: 'Ждёт', kk: 'Күтуде' },
  'installation.running': { en: 'Running', ru: 'Выполняется', kk: 'Орындалуда' },
  'installation.installed': { en: 'Installed', ru: 'Установлено', kk: 'Орнатылған' },
  'installation.verified': { en: 'Confirmed', ru: 'Подтверждено', kk: 'Расталған' },
  'installation.failed': { en: 'Failed', ru: 'Ошибка', kk: 'Сәтсіз' },
  'installation.cancelled': { en: 'Cancelled', ru: 'Отменено', kk: 'Тоқтатылған' },
  'installation.queued.meaning': {
    en: 'the device has not fetched the task',
    ru: 'устройство ещё не взяло задачу',
    kk: 'құрылғы тапсырманы алған жоқ',
  },
  'installation.running.meaning': {
    en: 'the device is at it',
    ru: 'устройство выполняет',
    kk: 'құрылғы орындап жатыр',
  },
  'installation.installed.meaning': {
    en: 'reported by the agent, inventory to come',
    ru: 'сообщил агент, инвентаризация ещё не пришла',
    kk: 'агент хабарлады, түгендеу күтілуде',
  },
  'installation.verified.meaning': {
    en: 'the next inventory shows the version',
    ru: 'новая инвентаризация показала версию',
    kk: 'келесі түгендеу нұсқаны көрсетті',
  },
  'installation.failed.meaning': {
    en: 'not installed, the code says why',
    ru: 'не установлено, причину называет код',
    kk: 'орнатылмады, себебін код айтады',
  },
  'installation.cancelled.meaning': {
    en: 'withdrawn before it began',
    ru: 'отозвано до начала',
    kk: 'басталмай тұрып қайтарылды',
  },

  'updates.subPart': {
    en: { one: '{n} update that devices of your part need.', other: '{n} updates that devices of your part need.' },
    ru: {
      one: '{n} обновление нужно устройствам вашей части площадки.',
      few: '{n} обновления нужны устройствам вашей части площадки.',
      many: '{n} обновлений нужны устройствам вашей части площадки.',
      other: '{n} обновления нужны устройствам вашей части площадки.',
    },
    kk: 'Алаңның сіздің бөлігіңіздегі құрылғыларға қажет {n} жаңарту.',
  },
  'updates.sub': {
    en: { one: '{n} update that devices of this site need.', other: '{n} updates that devices of this site need.' },
    ru: {
      one: '{n} обновление нужно устройствам площадки.',
      few: '{n} обновления нужны устройствам площадки.',
      many: '{n} обновлений нужны устройствам площадки.',
      other: '{n} обновления нужны устройствам площадки.',
    },
    kk: 'Осы алаң құрылғыларына қажет {n} жаңарту.',
  },
  'updates.request': { en: 'Send a request', ru: 'Отправить запрос', kk: 'Сұрау жіберу' },
  'updates.search': { en: 'Name or version', ru: 'Название или версия', kk: 'Атауы немесе нұсқасы' },
  'updates.order': { en: 'Worst finding first.', ru: 'Сначала с худшей уязвимостью.', kk: 'Алдымен ең ауыр осалдық.' },
  'updates.tile.needed': {
    en: 'to go with the next request',
    ru: 'уйдут со следующим запросом',
    kk: 'келесі сұраумен кетеді',
  },
  'updates.tile.requested': { en: 'on the way', ru: 'в пути', kk: 'жолда' },
  'updates.tile.unfulfilled': { en: 'the row says why', ru: 'причина указана в строке', kk: 'себебі жолда жазылған' },
  'updates.tile.arrived': { en: 'files are in the store', ru: 'файлы в хранилище', kk: 'файлдар қоймада' },
  'updates.tile.undecided': {
    en: 'held here, waiting for a decision',
    ru: 'есть здесь, ждут решения',
    kk: 'осында бар, шешім күтуде',
  },
  'updates.tile.deployable': {
    en: 'approved and held here',
    ru: 'одобрены и есть здесь',
    kk: 'мақұлданған және осында бар',
  },
  'updates.deployable': { en: 'To deploy', ru: 'Готово к развёртыванию', kk: 'Таратуға дайын' },
  'updates.clear': { en: 'Take back the decision', ru: 'Снять решение', kk: 'Шешімді қайтару' },
  'updates.deploy': { en: 'Deploy', ru: 'Развернуть', kk: 'Тарату' },
  'updates.notApproved': { en: 'Not approved yet', ru: 'Ещё не одобрено', kk: 'Әлі мақұлданбаған' },
  'updates.notHere': { en: 'The files are not here yet', ru: 'Файлов здесь ещё нет', kk: 'Файлдар әлі мұнда жоқ' },
  'updates.nothingToDeploy': {
    en: 'No update that is approved and held here',
    ru: 'Нет обновлений, одобренных и имеющихся здесь',
    kk: 'Мақұлданған әрі осында бар жаңарту жоқ',
  },
  'updates.none': { en: 'No update is needed', ru: 'Обновления не нужны', kk: 'Жаңарту қажет емес' },
  'updates.noneWhy': {
    en: 'Needs are known when devices have reported and a bundle brought the catalogue of updates.',
    ru: 'Потребность видна, когда устройства прислали инвентаризацию, а комплект принёс каталог обновлений.',
    kk: 'Қажеттілік құрылғылар хабарлап, бума жаңартулар тізбесін әкелгенде белгілі болады.',
  },
  'updates.noneJudged': {
    en: 'No update is needed by what is judged',
    ru: 'Тому, что оценено, обновления не нужны',
    kk: 'Бағаланған бөлікке жаңарту қажет емес',
  },
  'updates.noCatalogue': {
    en: 'no catalogue of updates is here',
    ru: 'каталога обновлений здесь нет',
    kk: 'мұнда жаңартулар тізбесі жоқ',
  },
  'updates.noCatalogueWhy': {
    en: 'A bundle brings it. Until then the need is unknown.',
    ru: 'Его приносит комплект. До этого неизвестно, что нужно.',
    kk: 'Оны бума әкеледі. Оған дейін не қажет екені белгісіз.',
  },
  'updates.notLookedAt': {
    en: {
      one: '{n} device has not been looked at yet since its software or the catalogue changed: what it needs may be missing here. The server is at it; look again in a few minutes.',
      other:
        '{n} devices have not been looked at yet since their software or the catalogue changed: what they need may be missing here. The server is at it; look again in a few minutes.',
    },
    ru: {
      one: '{n} устройство ещё не проверено после изменения его программ или каталога: нужные ему обновления могут здесь отсутствовать. Сервер этим занят; посмотрите снова через несколько минут.',
      few: '{n} устройства ещё не проверены после изменения их программ или каталога: нужные им обновления могут здесь отсутствовать. Сервер этим занят; посмотрите снова через несколько минут.',
      many: '{n} устройств ещё не проверены после изменения их программ или каталога: нужные им обновления могут здесь отсутствовать. Сервер этим занят; посмотрите снова через несколько минут.',
      other:
        '{n} устройства ещё не проверены после изменения их программ или каталога: нужные им обновления могут здесь отсутствовать. Сервер этим занят; посмотрите снова через несколько минут.',
    },
    kk: {
      one: '{n} құрылғы бағдарламалары немесе тізбе өзгергеннен бері әлі тексерілмеген: оған қажет жаңартулар мұнда болмауы мүмкін. Сервер осымен айналысуда; бірнеше минуттан кейін қайта қараңыз.',
      other:
        '{n} құрылғы бағдарламалары немесе тізбе өзгергеннен бері әлі тексерілмеген: оларға қажет жаңартулар мұнда болмауы мүмкін. Сервер осымен айналысуда; бірнеше минуттан кейін қайта қараңыз.',
    },
  },
  'updates.notJudged': {
    en: {
      one: '{n} device is not judged, or only in part: it may need updates that are not here.',
      other: '{n} devices are not judged, or only in part: they may need updates that are not here.',
    },
    ru: {
      one: '{n} устройство не оценено или оценено частично: ему могут быть нужны обновления, которых здесь нет.',
      few: '{n} устройства не оценены или оценены частично: им могут быть нужны обновления, которых здесь нет.',
      many: '{n} устройств не оценены или оценены частично: им могут быть нужны обновления, которых здесь нет.',
      other: '{n} устройства не оценены или оценены частично: им могут быть нужны обновления, которых здесь нет.',
    },
    kk: {
      one: '{n} құрылғы бағаланбаған немесе ішінара бағаланған: оған мұнда жоқ жаңартулар қажет болуы мүмкін.',
      other: '{n} құрылғы бағаланбаған немесе ішінара бағаланған: оларға мұнда жоқ жаңартулар қажет болуы мүмкін.',
    },
  },
  'updates.noneForDevice': {
    en: 'This device needs no update',
    ru: 'Этому устройству обновления не нужны',
    kk: 'Бұл құрылғыға жаңарту қажет емес',
  },
  'updates.noneForDeviceWhy': {
    en: 'Compared with the catalogue of the last bundle.',
    ru: 'Сравнено с каталогом последнего комплекта.',
    kk: 'Соңғы буманың тізбесімен салыстырылды.',
  },
  'updates.verifiedOf': { en: '{done} of {of}', ru: '{done} из {of}', kk: '{of} ішінен {done}' },
  'updates.moving': { en: '{n} under way', ru: 'в работе {n}', kk: '{n} жүріп жатыр' },
  'updates.failed': { en: '{n} failed', ru: 'с ошибкой {n}', kk: '{n} сәтсіз' },

  'updates.update': { en: 'Update', ru: 'Обновление', kk: 'Жаңарту' },
  'updates.version': { en: 'New version', ru: 'Новая версия', kk: 'Жаңа нұсқа' },
  'updates.installedVersion': { en: 'Installed version', ru: 'Установленная версия', kk: 'Орнатылған нұсқа' },
  'updates.asOf': { en: 'as of {date}', ru: 'по состоянию на {date}', kk: '{date} жағдайы бойынша' },
  'updates.asOfColumn': { en: 'As of', ru: 'По состоянию на', kk: 'Қай күнгі жағдай' },
  'updates.suites': { en: 'Suites', ru: 'Наборы пакетов', kk: 'Пакет жинақтары' },
  'updates.security': { en: 'Security', ru: 'Безопасность', kk: 'Қауіпсіздік' },
  'updates.supply': { en: 'Supply', ru: 'Поставка', kk: 'Жеткізу' },
  'updates.installation': { en: 'Installation', ru: 'Установка', kk: 'Орнату' },
  'updates.neededBy': {
    en: { one: 'Needed by {n} device', other: 'Needed by {n} devices' },
    ru: {
      one: 'Нужно {n} устройству',
      few: 'Нужно {n} устройствам',
      many: 'Нужно {n} устройствам',
      other: 'Нужно {n} устройствам',
    },
    kk: '{n} құрылғыға қажет',
  },
  'updates.about': { en: 'About this update', ru: 'Об обновлении', kk: 'Осы жаңарту туралы' },
  'updates.decidedBy': { en: 'Decided by', ru: 'Решение принял', kk: 'Шешкен' },
  'updates.signer': { en: 'Signed by', ru: 'Подписано', kk: 'Қол қойған' },
  'updates.depends': { en: 'Needs', ru: 'Требует', kk: 'Тәуелді' },
  'updates.supersedes': { en: 'Supersedes', ru: 'Заменяет', kk: 'Нені ауыстырады' },
  'updates.supersededBy': { en: 'Superseded by', ru: 'Заменено на', kk: 'Немен ауыстырылған' },
  'updates.noFiles': { en: 'No files known yet', ru: 'Файлы ещё не известны', kk: 'Файлдар әлі белгісіз' },
  'updates.noFilesWhy': {
    en: 'A bundle names the files when it carries the update.',
    ru: 'Файлы называет комплект, который привезёт обновление.',
    kk: 'Файлдарды жаңартуды әкелген бума атайды.',
  },
  'updates.fileMissing': { en: 'Not here', ru: 'Здесь нет', kk: 'Мұнда жоқ' },
  'updates.licenceTitle': {
    en: 'A licence has to be accepted',
    ru: 'Нужно принять лицензию',
    kk: 'Лицензияны қабылдау керек',
  },
  'updates.licenceWhy': {
    en: 'Its text is below. Approving asks for it.',
    ru: 'Текст ниже. Его примут при одобрении.',
    kk: 'Мәтіні төменде. Мақұлдағанда сұралады.',
  },
  'updates.licenceToAccept': { en: 'licence to accept', ru: 'лицензия не принята', kk: 'лицензия қабылданбаған' },
  'updates.licenceAccepted': { en: 'accepted: {who}, {at}', ru: 'принята: {who}, {at}', kk: 'қабылдаған: {who}, {at}' },
  'updates.licenceNotHere': {
    en: 'The text is not here yet.',
    ru: 'Текста здесь ещё нет.',
    kk: 'Мәтін әлі мұнда жоқ.',
  },
  'updates.licenceOf': { en: 'Licence: {name}', ru: 'Лицензия: {name}', kk: 'Лицензия: {name}' },
  'updates.licenceAccept': {
    en: 'I have read it and accept it for this site',
    ru: 'Прочитано, принимаю для этой площадки',
    kk: 'Оқыдым, осы алаң үшін қабылдаймын',
  },
  'updates.noDevices': {
    en: 'No device needs it',
    ru: 'Ни одному устройству не нужно',
    kk: 'Ешбір құрылғыға қажет емес',
  },
  'updates.noDevicesWhy': {
    en: 'Devices that have this version or a newer one are not listed.',
    ru: 'Устройства с этой или более новой версией не показаны.',
    kk: 'Осы немесе одан жаңа нұсқасы бар құрылғылар көрсетілмейді.',
  },

  'nav.updates': { en: 'Updates', ru: 'Обновления', kk: 'Жаңартулар' },

  'event.update-approval-cleared': {
    en: 'Decision taken back: {update}',
    ru: 'Решение снято: {update}',
    kk: 'Шешім қайтарылды: {update}',
  },
  'event.update-approved': {
    en: 'Update approved: {update}',
    ru: 'Обновление одобрено: {update}',
    kk: 'Жаңарту мақұлданды: {update}',
  },
  'event.update-declined': {
    en: 'Update declined: {update}',
    ru: 'Обновление отклонено: {update}',
    kk: 'Жаңарту қабылданбады: {update}',
  },

  'kind.update-decision.title': {
    en: 'Decisions about updates',
    ru: 'Решения об обновлениях',
    kk: 'Жаңартулар туралы шешімдер',
  },
  'kind.update-decision.one': { en: 'decision about the update', ru: 'решение об обновлении', kk: 'жаңарту шешімі' },
  'kind.update-decision.purpose': {
    en: 'Which updates may be installed.',
    ru: 'Какие обновления можно устанавливать.',
    kk: 'Қай жаңартуларды орнатуға болады.',
  },
  'kind.update-decision.field.name': { en: 'Update', ru: 'Обновление', kk: 'Жаңарту' },
  'kind.update-decision.field.approval': { en: 'Decision', ru: 'Решение', kk: 'Шешім' },
  'kind.update-decision.field.comment': { en: 'Comment', ru: 'Комментарий', kk: 'Түсініктеме' },
  'kind.update-decision.field.acceptedLicence': {
    en: 'Accepted licence',
    ru: 'Принятая лицензия',
    kk: 'Қабылданған лицензия',
  },
  'kind.update-decision.option.approval.undefined': { en: 'Undecided', ru: 'Не решено', kk: 'Шешілмеген' },
  'kind.update-decision.option.approval.approved': { en: 'Approved', ru: 'Одобрено', kk: 'Мақұлданған' },
  'kind.update-decision.option.approval.declined': { en: 'Declined', ru: 'Отклонено', kk: 'Қабылданбаған' },

  'kind.followed-suites.title': {
    en: 'Package sources by system',
    ru: 'Источники пакетов по системам',
    kk: 'Жүйелер бойынша пакет көздері',
  },
  'kind.followed-suites.one': {
    en: 'rule of package sources',
    ru: 'правило источников пакетов',
    kk: 'пакет көздерінің ережесі',
  },
  'kind.followed-suites.purpose': {
    en: 'Suites that the devices of a system take packages from, in place of those of the distribution itself.',
    ru: 'Наборы, из которых устройства системы берут пакеты, вместо тех, что задаёт сам дистрибутив.',
    kk: 'Жүйе құрылғылары пакеттерді дистрибутивтің өзі берген жинақтардың орнына алатын жинақтар.',
  },
  'kind.followed-suites.create': { en: 'Create rule', ru: 'Создать правило', kk: 'Ереже құру' },
  'kind.followed-suites.field.system': { en: 'System', ru: 'Система', kk: 'Жүйе' },
  'kind.followed-suites.field.suites': { en: 'Suites', ru: 'Выпуски и каналы', kk: 'Шығарылымдар мен арналар' },
  'kind.followed-suites.field.ownSources': {
    en: "Devices' own sources count too",
    ru: 'Собственные источники устройств тоже учитываются',
    kk: 'Құрылғылардың өз дереккөздері де есептеледі',
  },
  'kind.followed-suites.hint.system': {
    en: 'As advisories name it: Debian:13, Ubuntu:24.04:LTS.',
    ru: 'Как её называют бюллетени: Debian:13, Ubuntu:24.04:LTS.',
    kk: 'Бюллетеньдер атайтындай: Debian:13, Ubuntu:24.04:LTS.',
  },
  'kind.followed-suites.hint.suites': {
    en: "One a line. * stands for all that the host's sources have for the release.",
    ru: 'По одному в строке. * означает всё, что источники подключённой стороны имеют для выпуска.',
    kk: 'Әр жолда біреуден. * қосылған тарап дереккөздерінде шығарылым үшін бар барлығын білдіреді.',
  },
  'validation.updates.system': {
    en: 'No packages are compared under the name {text}. Write it as advisories do: Debian:13.',
    ru: 'Под именем {text} пакеты не сравниваются. Напишите как в бюллетенях: Debian:13.',
    kk: '{text} атымен пакеттер салыстырылмайды. Бюллетеньдердегідей жазыңыз: Debian:13.',
  },
  'validation.updates.suite': {
    en: '{text} is no name of a suite.',
    ru: '{text} не имя набора пакетов.',
    kk: '{text} пакет жинағының аты емес.',
  },
  'followed.title': {
    en: 'Package sources by system',
    ru: 'Источники пакетов по системам',
    kk: 'Жүйелер бойынша пакет көздері',
  },
  'followed.sub': {
    en: 'Where the devices of each system take their packages from. Not read from their lists of sources, which behind a gap are often empty.',
    ru: 'Откуда устройства каждой системы берут пакеты. Не из их списков источников: за разрывом они часто пусты.',
    kk: 'Әр жүйенің құрылғылары пакеттерді қайдан алады. Олардың дереккөз тізімінен емес: алшақтық артында ол жиі бос.',
  },
  'followed.system': { en: 'System', ru: 'Система', kk: 'Жүйе' },
  'followed.follows': { en: 'Suites', ru: 'Выпуски и каналы', kk: 'Шығарылымдар мен арналар' },
  'followed.own': {
    en: 'Added by own sources',
    ru: 'Добавляют собственные источники',
    kk: 'Өз дереккөздері қосады',
  },
  'followed.by': { en: 'Decided by', ru: 'Задано', kk: 'Кім белгіледі' },
  'followed.by.default': { en: 'the distribution', ru: 'дистрибутивом', kk: 'дистрибутив' },
  'followed.by.rule': { en: 'a rule of this site', ru: 'правилом площадки', kk: 'алаң ережесі' },
  'followed.byRelease': {
    en: 'all that the host has for its release',
    ru: 'всё, что подключённая сторона имеет для её выпуска',
    kk: 'қосылған тарапта шығарылымы үшін бар барлығы',
  },
  'followed.rules': { en: 'Show rules', ru: 'Показать правила', kk: 'Ережелерді көрсету' },
  'followed.none': {
    en: 'No operating system was reported yet',
    ru: 'Ни одна операционная система ещё не прислана',
    kk: 'Бірде-бір операциялық жүйе әлі хабарланған жоқ',
  },
  'followed.noneWhy': {
    en: 'Systems appear here once devices have sent an inventory.',
    ru: 'Системы появятся здесь, когда устройства пришлют инвентаризацию.',
    kk: 'Құрылғылар түгендеу жібергеннен кейін жүйелер осында пайда болады.',
  },

  'toast.updates.approve': {
    en: { one: '{n} update approved', other: '{n} updates approved' },
    ru: {
      one: 'Одобрено {n} обновление',
      few: 'Одобрено {n} обновления',
      many: 'Одобрено {n} обновлений',
      other: 'Одобрено {n} обновления',
    },
    kk: '{n} жаңарту мақұлданды',
  },
  'toast.updates.decline': {
    en: { one: '{n} update declined', other: '{n} updates declined' },
    ru: {
      one: 'Отклонено {n} обновление',
      few: 'Отклонено {n} обновления',
      many: 'Отклонено {n} обновлений',
      other: 'Отклонено {n} обновления',
    },
    kk: '{n} жаңарту қабылданбады',
  },
  'toast.updates.clear': {
    en: { one: 'Decision on {n} update taken back', other: 'Decisions on {n} updates taken back' },
    ru: {
      one: 'Отменено решение по {n} обновлению',
      few: 'Отменены решения по {n} обновлениям',
      many: 'Отменены решения по {n} обновлениям',
      other: 'Отменены решения по {n} обновления',
    },
    kk: '{n} жаңарту туралы шешім қайтарылды',
  },
  'confirm.updates.approve.question': {
    en: { one: 'Approve {n} update?', other: 'Approve {n} updates?' },
    ru: {
      one: 'Одобрить {n} обновление?',
      few: 'Одобрить {n} обновления?',
      many: 'Одобрить {n} обновлений?',
      other: 'Одобрить {n} обновления?',
    },
    kk: '{n} жаңартуды мақұлдау керек пе?',
  },
  'confirm.updates.approve.consequence': {
    en: 'Approved updates may be deployed; nothing is installed by this alone. Devices that need them: {devices}.',
    ru: 'Одобренные обновления можно развернуть; само одобрение ничего не устанавливает. Нуждаются устройств: {devices}.',
    kk: 'Мақұлданған жаңартуларды таратуға болады; мақұлдаудың өзі ештеңе орнатпайды. Мұқтаж құрылғылар: {devices}.',
  },
  'confirm.updates.approve.button': {
    en: { one: 'Approve {n} update', other: 'Approve {n} updates' },
    ru: {
      one: 'Одобрить {n} обновление',
      few: 'Одобрить {n} обновления',
      many: 'Одобрить {n} обновлений',
      other: 'Одобрить {n} обновления',
    },
    kk: '{n} жаңартуды мақұлдау',
  },
  'confirm.updates.decline.question': {
    en: { one: 'Decline {n} update?', other: 'Decline {n} updates?' },
    ru: {
      one: 'Отклонить {n} обновление?',
      few: 'Отклонить {n} обновления?',
      many: 'Отклонить {n} обновлений?',
      other: 'Отклонить {n} обновления?',
    },
    kk: '{n} жаңартуды қабылдамау керек пе?',
  },
  'confirm.updates.decline.consequence': {
    en: 'Declined updates are not asked for and cannot be deployed. Devices that need them: {devices}.',
    ru: 'Отклонённые обновления не запрашиваются, их нельзя развернуть. Нуждаются устройств: {devices}.',
    kk: 'Қабылданбаған жаңартулар сұралмайды, оларды тарату мүмкін емес. Мұқтаж құрылғылар: {devices}.',
  },
  'confirm.updates.decline.button': {
    en: { one: 'Decline {n} update', other: 'Decline {n} updates' },
    ru: {
      one: 'Отклонить {n} обновление',
      few: 'Отклонить {n} обновления',
      many: 'Отклонить {n} обновлений',
      other: 'Отклонить {n} обновления',
    },
    kk: '{n} жаңартуды қабылдамау',
  },
  'confirm.updates.clear.question': {
    en: { one: 'Take back the decision on {n} update?', other: 'Take back the decisions on {n} updates?' },
    ru: {
      one: 'Отменить решение по {n} обновлению?',
      few: 'Отменить решения по {n} обновлениям?',
      many: 'Отменить решения по {n} обновлениям?',
      other: 'Отменить решения по {n} обновления?',
    },
    kk: '{n} жаңарту туралы шешімді қайтару керек пе?',
  },
  'confirm.updates.clear.consequence': {
    en: 'They wait for a decision again. Devices that need them: {devices}.',
    ru: 'Они снова ждут решения. Нуждаются устройств: {devices}.',
    kk: 'Олар қайтадан шешім күтеді. Мұқтаж құрылғылар: {devices}.',
  },
  'confirm.updates.clear.button': {
    en: { one: 'Take back {n} decision', other: 'Take back {n} decisions' },
    ru: {
      one: 'Отменить {n} решение',
      few: 'Отменить {n} решения',
      many: 'Отменить {n} решений',
      other: 'Отменить {n} решения',
    },
    kk: '{n} шешімді қайтару',
  },
  'filter.deployable': { en: 'Can be deployed now', ru: 'Можно развернуть сейчас', kk: 'Қазір таратуға болады' },
  'csv.source': { en: 'Source package', ru: 'Исходный пакет', kk: 'Бастапқы пакет' },
});
