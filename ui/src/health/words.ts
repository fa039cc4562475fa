import { defineWords } from '../i18n/types.ts';

export const words = defineWords({
  'health.title': { en: 'Health', ru: 'Состояние', kk: 'Күйі' },
  'health.sub': {
    en: 'Whether the appliance can do its work. It looks every five seconds.',
    ru: 'Может ли сервер выполнять свою работу. Проверка идёт каждые пять секунд.',
    kk: 'Сервер жұмысын істей ала ма. Тексеру бес секунд сайын өтеді.',
  },
  'health.look': {
    en: 'What is wrong, and what to do',
    ru: 'Что не так и что делать',
    kk: 'Не дұрыс емес және не істеу керек',
  },
  'health.checked': { en: 'Checked', ru: 'Проверено', kk: 'Тексерілді' },
  'health.check': { en: 'Check', ru: 'Проверка', kk: 'Тексеру' },
  'health.state': { en: 'State', ru: 'Состояние', kk: 'Күйі' },
  'health.todo': { en: 'What to do', ru: 'Что делать', kk: 'Не істеу керек' },
  'health.detail': { en: 'Details', ru: 'Подробности', kk: 'Толығырақ' },
  'health.disk': {
    en: '{free} of {size} are free on the disk of the data',
    ru: 'На диске данных свободно {free} из {size}',
    kk: 'Деректер дискісінде {size} ішінен {free} бос',
  },
  'health.check.database': { en: 'Database', ru: 'База данных', kk: 'Дерекқор' },
  'health.check.schema': { en: 'Schema', ru: 'Схема', kk: 'Схема' },
  'health.check.disk': { en: 'Disk', ru: 'Диск', kk: 'Диск' },
  'health.check.keys': { en: 'Keys', ru: 'Ключи', kk: 'Кілттер' },
  'health.check.jobs': { en: 'Jobs', ru: 'Задачи', kk: 'Жұмыстар' },
  'health.check.backups': { en: 'Backups', ru: 'Резервные копии', kk: 'Сақтық көшірмелер' },
  'health.check.authority': { en: 'Authority', ru: 'Удостоверяющий центр', kk: 'Куәландыру орталығы' },
  'health.check.certificate': { en: 'Certificate', ru: 'Сертификат', kk: 'Сертификат' },
  'health.diagnostics': { en: 'Diagnostics', ru: 'Диагностика', kk: 'Диагностика' },
  'health.diagnosticsWhat': {
    en: 'For somebody elsewhere who helps. The file has these sections and names nothing of the site; sealed, only the recovery key opens it.',
    ru: 'Для того, кто помогает со стороны. В файле эти разделы, и он ничего не называет на площадке; запечатанный открывает только ключ восстановления.',
    kk: 'Сырттан көмектесетін адамға. Файлда мына бөлімдер бар, ол алаңдағы ештеңені атамайды; мөрленгенін тек қалпына келтіру кілті ашады.',
  },
  'health.diagnosticsSealed': { en: 'Download, sealed', ru: 'Скачать запечатанным', kk: 'Мөрленгенін жүктеп алу' },
  'health.diagnosticsPlain': { en: 'Download, plain', ru: 'Скачать открытым', kk: 'Ашығын жүктеп алу' },
  'health.section.system': {
    en: 'Release, schema, runtime, kernel, processors, memory',
    ru: 'Выпуск, схема, среда, ядро, процессоры, память',
    kk: 'Шығарылым, схема, орта, ядро, процессорлар, жад',
  },
  'health.section.settings': {
    en: 'Settings that are not the default; of texts and lists only that they are set',
    ru: 'Настройки не по умолчанию; о текстах и списках только то, что они заданы',
    kk: 'Әдепкіден өзгеше баптаулар; мәтіндер мен тізімдердің тек берілгені',
  },
  'health.section.health': {
    en: 'Checks of health, and the space on the disk',
    ru: 'Проверки состояния и место на диске',
    kk: 'Күй тексерулері және дискідегі орын',
  },
  'health.section.doctor': {
    en: 'What the nightly check counted',
    ru: 'Итог ночной проверки в числах',
    kk: 'Түнгі тексерудің сандары',
  },
  'health.section.jobs': {
    en: 'Runs of jobs by kind and state; codes and reasons of those that failed',
    ru: 'Запуски задач по виду и состоянию; коды и причины неудач',
    kk: 'Жұмыстардың түрі мен күйі бойынша саны; сәтсіздердің кодтары мен себептері',
  },
  'health.section.events': {
    en: 'How many events of each type there were in 30 days',
    ru: 'Сколько событий каждого типа было за 30 дней',
    kk: '30 күнде әр түрден қанша оқиға болғаны',
  },
  'health.section.backups': {
    en: 'How many backups are known, how old the last good one is, when the database went back',
    ru: 'Сколько известно копий, когда сделана последняя исправная, когда база возвращалась назад',
    kk: 'Белгілі көшірмелер саны, соңғы жарамдысы қашан жасалғаны, дерекқор қашан артқа қайтқаны',
  },
  'health.code.OK': { en: 'In order', ru: 'В порядке', kk: 'Қалыпты' },
  'health.code.DATABASE': {
    en: 'The database is damaged: nothing is written any more',
    ru: 'База данных повреждена: запись остановлена',
    kk: 'Дерекқор зақымдалған: жазу тоқтатылды',
  },
  'health.code.STORE_IO': {
    en: 'The data disk fails or is read-only',
    ru: 'Диск данных отказывает или доступен только для чтения',
    kk: 'Деректер дискісі істен шығуда немесе тек оқуға ашық',
  },
  'health.code.DISK_LOW': {
    en: 'Little space is left on the disk',
    ru: 'На диске мало места',
    kk: 'Дискіде орын аз қалды',
  },
  'health.code.DISK_FULL': {
    en: 'The disk is full: reports are refused',
    ru: 'Диск заполнен: отчёты не принимаются',
    kk: 'Диск толды: есептер қабылданбайды',
  },
  'health.code.SCHEMA': {
    en: 'The database belongs to another release',
    ru: 'База данных принадлежит другому выпуску',
    kk: 'Дерекқор басқа шығарылымға тиесілі',
  },
  'health.code.KEY': {
    en: 'A key is missing or damaged',
    ru: 'Ключ отсутствует или повреждён',
    kk: 'Кілт жоқ немесе зақымдалған',
  },
  'health.code.JOB_STUCK': { en: 'A job does not go on', ru: 'Задача не продвигается', kk: 'Жұмыс ілгерілемейді' },
  'health.code.BACKUP_NONE': {
    en: 'There is no good backup',
    ru: 'Нет исправной резервной копии',
    kk: 'Жарамды сақтық көшірме жоқ',
  },
  'health.code.BACKUP_OLD': {
    en: 'The last good backup is old',
    ru: 'Последняя исправная резервная копия устарела',
    kk: 'Соңғы жарамды сақтық көшірме ескі',
  },
  'health.code.AUTHORITY_ENDS': {
    en: 'The authority of the site ends within 30 days',
    ru: 'Удостоверяющий центр площадки истекает в течение 30 дней',
    kk: 'Алаңның куәландыру орталығының мерзімі 30 күн ішінде бітеді',
  },
  'health.code.AUTHORITY_ENDED': {
    en: 'The authority of the site has ended: no agent connects',
    ru: 'Удостоверяющий центр площадки истёк: агенты не подключаются',
    kk: 'Алаңның куәландыру орталығының мерзімі бітті: агенттер қосылмайды',
  },
  'health.code.CERTIFICATE_ENDS': {
    en: 'The certificate of the plant ends soon',
    ru: 'Сертификат предприятия скоро истекает',
    kk: 'Кәсіпорын сертификатының мерзімі жақында бітеді',
  },
  'health.code.CERTIFICATE_ENDED': {
    en: "The certificate of the plant has ended: the site's own is presented",
    ru: 'Сертификат предприятия истёк: предъявляется собственный',
    kk: 'Кәсіпорын сертификатының мерзімі бітті: алаңның өзінікі ұсынылады',
  },
  'health.code.CERTIFICATE_NAMES': {
    en: 'The certificate of the plant covers no name of the appliance',
    ru: 'В сертификате предприятия нет имени сервера',
    kk: 'Кәсіпорын сертификатында сервер атауы жоқ',
  },
  'health.code.CERTIFICATE_UNREADABLE': {
    en: 'The certificate of the plant cannot be used',
    ru: 'Сертификат предприятия нельзя использовать',
    kk: 'Кәсіпорын сертификатын пайдалану мүмкін емес',
  },
  'health.todo.OK': { en: 'Nothing', ru: 'Ничего', kk: 'Ештеңе' },
  'health.todo.DATABASE': {
    en: 'Run sallyport doctor on the appliance: it names the newest good backup and the command to restore it.',
    ru: 'Выполните на сервере sallyport doctor: команда назовёт последнюю исправную копию и команду восстановления.',
    kk: 'Серверде sallyport doctor орындаңыз: ол соңғы жарамды көшірмені және қалпына келтіру пәрменін атайды.',
  },
  'health.todo.STORE_IO': {
    en: 'Look at the disk and its file system on the appliance, then restart the server.',
    ru: 'Проверьте на сервере диск и файловую систему, затем перезапустите сервер.',
    kk: 'Серверде дискіні және файлдық жүйені тексеріңіз, содан кейін серверді қайта іске қосыңыз.',
  },
  'health.todo.DISK_LOW': {
    en: 'Make room: remove old backups, run sallyport store gc, or enlarge the disk.',
    ru: 'Освободите место: удалите старые копии, выполните sallyport store gc или увеличьте диск.',
    kk: 'Орын босатыңыз: ескі көшірмелерді жойыңыз, sallyport store gc орындаңыз немесе дискіні үлкейтіңіз.',
  },
  'health.todo.DISK_FULL': {
    en: 'Make room now: remove old backups, run sallyport store gc, or enlarge the disk. Devices send their reports again by themselves.',
    ru: 'Освободите место сейчас: удалите старые копии, выполните sallyport store gc или увеличьте диск. Устройства пришлют отчёты сами.',
    kk: 'Орынды қазір босатыңыз: ескі көшірмелерді жойыңыз, sallyport store gc орындаңыз немесе дискіні үлкейтіңіз. Құрылғылар есептерді өздері қайта жібереді.',
  },
  'health.todo.SCHEMA': {
    en: 'Stop this server and start the release that the database belongs to.',
    ru: 'Остановите этот сервер и запустите выпуск, которому принадлежит база данных.',
    kk: 'Бұл серверді тоқтатып, дерекқор тиесілі шығарылымды іске қосыңыз.',
  },
  'health.todo.KEY': {
    en: 'Bring the file back from a backup before the next start.',
    ru: 'Верните файл из резервной копии до следующего запуска.',
    kk: 'Келесі іске қосуға дейін файлды сақтық көшірмеден қайтарыңыз.',
  },
  'health.todo.JOB_STUCK': {
    en: 'Restart the server; if it stays so, look at its log.',
    ru: 'Перезапустите сервер; если не поможет, посмотрите его журнал.',
    kk: 'Серверді қайта іске қосыңыз; көмектеспесе, оның журналын қараңыз.',
  },
  'health.todo.BACKUP_NONE': {
    en: 'Make a backup on the page Backups, or run sallyport backup create; look in the events for why the schedule made none.',
    ru: 'Создайте копию на странице «Резервные копии» или командой sallyport backup create; причину пропуска ищите в событиях.',
    kk: '«Сақтық көшірмелер» бетінде немесе sallyport backup create пәрменімен көшірме жасаңыз; кесте неге жасамағанын оқиғалардан қараңыз.',
  },
  'health.todo.BACKUP_OLD': {
    en: 'Make a backup on the page Backups, or run sallyport backup create; look in the events for why the schedule made none.',
    ru: 'Создайте копию на странице «Резервные копии» или командой sallyport backup create; причину пропуска ищите в событиях.',
    kk: '«Сақтық көшірмелер» бетінде немесе sallyport backup create пәрменімен көшірме жасаңыз; кесте неге жасамағанын оқиғалардан қараңыз.',
  },
  'health.todo.AUTHORITY_ENDS': {
    en: 'First compare the clock of the server with a known time. If it is right, plan to enrol the devices again at a new appliance.',
    ru: 'Сначала сверьте часы сервера с известным временем. Если они верны, запланируйте новую регистрацию устройств на новом сервере.',
    kk: 'Алдымен сервер сағатын белгілі уақытпен салыстырыңыз. Ол дұрыс болса, құрылғыларды жаңа серверде қайта тіркеуді жоспарлаңыз.',
  },
  'health.todo.AUTHORITY_ENDED': {
    en: 'First compare the clock of the server with a known time. If it is right, enrol the devices again at a new appliance.',
    ru: 'Сначала сверьте часы сервера с известным временем. Если они верны, зарегистрируйте устройства заново на новом сервере.',
    kk: 'Алдымен сервер сағатын белгілі уақытпен салыстырыңыз. Ол дұрыс болса, құрылғыларды жаңа серверде қайта тіркеңіз.',
  },
  'health.todo.CERTIFICATE_ENDS': {
    en: 'Set a new one on the page Certificate, or by sallyport certificate set.',
    ru: 'Задайте новый на странице «Сертификат» или командой sallyport certificate set.',
    kk: '«Сертификат» бетінде немесе sallyport certificate set пәрменімен жаңасын беріңіз.',
  },
  'health.todo.CERTIFICATE_ENDED': {
    en: 'Set a new one on the page Certificate, or by sallyport certificate set.',
    ru: 'Задайте новый на странице «Сертификат» или командой sallyport certificate set.',
    kk: '«Сертификат» бетінде немесе sallyport certificate set пәрменімен жаңасын беріңіз.',
  },
  'health.todo.CERTIFICATE_NAMES': {
    en: 'Set another one on the page Certificate, or give its name to the appliance: sallyport setup --address.',
    ru: 'Задайте другой на странице «Сертификат» или дайте серверу его имя: sallyport setup --address.',
    kk: '«Сертификат» бетінде басқасын беріңіз немесе серверге оның атауын беріңіз: sallyport setup --address.',
  },
  'health.todo.CERTIFICATE_UNREADABLE': {
    en: 'Set a new one on the page Certificate, or by sallyport certificate set.',
    ru: 'Задайте новый на странице «Сертификат» или командой sallyport certificate set.',
    kk: '«Сертификат» бетінде немесе sallyport certificate set пәрменімен жаңасын беріңіз.',
  },
});
