import { defineWords } from '../i18n/types.ts';

export const words = defineWords({
  'certificate.sub': {
    en: "What browsers and agents see when they connect. Agents of Sallyport always ask for the site's own authority and need nothing.",
    ru: 'Что видят браузеры и агенты при подключении. Агенты Sallyport всегда спрашивают собственный центр площадки, им ничего не нужно.',
    kk: 'Браузерлер мен агенттер қосылғанда не көреді. Sallyport агенттері әрқашан алаңның өз орталығын сұрайды, оларға ештеңе қажет емес.',
  },
  'certificate.callers': {
    en: 'Which certificate is shown to whom',
    ru: 'Кому какой сертификат предъявляется',
    kk: 'Кімге қай сертификат көрсетіледі',
  },
  'certificate.callersFoot': {
    en: 'ca.pem is the file that browsers and agents of others have to trust under this name or address.',
    ru: 'ca.pem: файл, которому должны доверять браузеры и сторонние агенты по этому имени или адресу.',
    kk: 'ca.pem: осы атау не мекенжай бойынша браузерлер мен бөгде агенттер сенуі тиіс файл.',
  },
  'certificate.address': { en: 'Name or address', ru: 'Имя или адрес', kk: 'Атау немесе мекенжай' },
  'certificate.trust': { en: 'To be trusted', ru: 'Чему доверять', kk: 'Неге сену керек' },
  'certificate.by.site': {
    en: "of the site's own authority",
    ru: 'собственного центра площадки',
    kk: 'алаңның өз орталығынікі',
  },
  'certificate.by.plant': { en: 'of the plant', ru: 'предприятия', kk: 'кәсіпорындікі' },
  'certificate.held': { en: 'What is held', ru: 'Что есть сейчас', kk: 'Қазір не бар' },
  'certificate.state': { en: 'Certificate of the plant', ru: 'Сертификат предприятия', kk: 'Кәсіпорын сертификаты' },
  'certificate.state.none': { en: 'None', ru: 'Нет', kk: 'Жоқ' },
  'certificate.state.presented': { en: 'Presented', ru: 'Предъявляется', kk: 'Ұсынылады' },
  'certificate.state.ended': { en: 'It has ended', ru: 'Срок истёк', kk: 'Мерзімі бітті' },
  'certificate.state.not-named': {
    en: 'It covers no name of the appliance',
    ru: 'В нём нет ни одного имени сервера',
    kk: 'Онда сервердің бірде-бір атауы жоқ',
  },
  'certificate.state.unreadable': { en: 'The file is damaged', ru: 'Файл повреждён', kk: 'Файл зақымдалған' },
  'certificate.siteInstead': {
    en: "Every caller sees the site's own certificate until another one is set.",
    ru: 'Все видят собственный сертификат площадки, пока не задан другой.',
    kk: 'Басқасы берілгенше барлығы алаңның өз сертификатын көреді.',
  },
  'certificate.subject': { en: 'Subject', ru: 'Владелец', kk: 'Иесі' },
  'certificate.issuer': { en: 'Signed by', ru: 'Подписан', kk: 'Қол қойған' },
  'certificate.names': { en: 'Names in it', ru: 'Имена в нём', kk: 'Ондағы атаулар' },
  'certificate.ends': { en: 'Ends', ru: 'Действует до', kk: 'Мерзімі' },
  'certificate.fingerprint': { en: 'SHA-256 of it', ru: 'Его SHA-256', kk: 'Оның SHA-256' },
  'certificate.root': {
    en: "SHA-256 of the plant's root",
    ru: 'SHA-256 корня предприятия',
    kk: 'Кәсіпорын түбірінің SHA-256',
  },
  'certificate.siteEnds': {
    en: "The site's authority ends",
    ru: 'Центр площадки действует до',
    kk: 'Алаң орталығының мерзімі',
  },
  'op.certificate.set.do': {
    en: 'Set the certificate of the plant',
    ru: 'Задать сертификат предприятия',
    kk: 'Кәсіпорын сертификатын беру',
  },
  'op.certificate.set.why': {
    en: 'It is presented within seconds, without a restart. Agents of others that use a name in it need ca.pem anew: hand it out before.',
    ru: 'Он предъявляется через несколько секунд, без перезапуска. Сторонним агентам, которые используют имя из него, нужен новый ca.pem: раздайте его заранее.',
    kk: 'Ол бірнеше секундта, қайта іске қоспай ұсынылады. Ондағы атауды қолданатын бөгде агенттерге жаңа ca.pem керек: оны алдын ала таратыңыз.',
  },
  'op.certificate.set.certificate': {
    en: 'Certificate and chain (PEM)',
    ru: 'Сертификат и цепочка (PEM)',
    kk: 'Сертификат және тізбек (PEM)',
  },
  'op.certificate.set.certificate.hint': {
    en: "The server's certificate first, then each authority that signed the one before.",
    ru: 'Сначала сертификат сервера, затем каждый центр, подписавший предыдущий.',
    kk: 'Алдымен сервер сертификаты, содан кейін алдыңғысына қол қойған әр орталық.',
  },
  'op.certificate.set.key': { en: 'Private key (PEM)', ru: 'Закрытый ключ (PEM)', kk: 'Құпия кілт (PEM)' },
  'op.certificate.set.key.hint': {
    en: 'Without a password. It is kept sealed, is in backups, and is never shown.',
    ru: 'Без пароля. Хранится запечатанным, входит в резервные копии и никогда не показывается.',
    kk: 'Құпиясөзсіз. Мөрленіп сақталады, сақтық көшірмелерге кіреді және ешқашан көрсетілмейді.',
  },
  'op.certificate.set.authority': {
    en: 'Root of the plant (PEM)',
    ru: 'Корень предприятия (PEM)',
    kk: 'Кәсіпорын түбірі (PEM)',
  },
  'op.certificate.set.authority.hint': {
    en: 'Where the chain does not end with it.',
    ru: 'Если цепочка им не заканчивается.',
    kk: 'Тізбек онымен аяқталмаса.',
  },
  'op.certificate.clear.do': {
    en: 'Remove the certificate of the plant',
    ru: 'Убрать сертификат предприятия',
    kk: 'Кәсіпорын сертификатын алып тастау',
  },
  'op.certificate.clear.why': {
    en: "Certificate and key are removed; every caller sees the site's own within seconds.",
    ru: 'Сертификат и ключ удаляются; через несколько секунд все видят собственный сертификат площадки.',
    kk: 'Сертификат пен кілт жойылады; бірнеше секундта барлығы алаңның өз сертификатын көреді.',
  },
  'op.certificate.clear.confirm': {
    en: "The site's name, to confirm",
    ru: 'Имя площадки для подтверждения',
    kk: 'Растау үшін алаң атауы',
  },
  'op.certificate.set.done': {
    en: 'The certificate is set and presented within seconds',
    ru: 'Сертификат задан, он предъявится через несколько секунд',
    kk: 'Сертификат берілді, бірнеше секундта ұсынылады',
  },
  'op.certificate.clear.done': {
    en: "The certificate is removed; the site's own is presented",
    ru: 'Сертификат убран; предъявляется собственный',
    kk: 'Сертификат алынды; алаңның өзінікі ұсынылады',
  },
  'certificate.fault.PEM': {
    en: 'There is no certificate in PEM here, one cannot be read, or there is too much.',
    ru: 'Здесь нет сертификата PEM, он не читается или текста слишком много.',
    kk: 'Мұнда PEM сертификаты жоқ, ол оқылмайды немесе мәтін тым көп.',
  },
  'certificate.fault.KEY_PEM': {
    en: 'Give one private key in PEM.',
    ru: 'Укажите один закрытый ключ PEM.',
    kk: 'Бір құпия PEM кілтін беріңіз.',
  },
  'certificate.fault.KEY_ENCRYPTED': {
    en: 'The key has a password. Take it off: openssl pkey -in FILE -out FILE.plain',
    ru: 'Ключ защищён паролем. Снимите его: openssl pkey -in FILE -out FILE.plain',
    kk: 'Кілт құпиясөзбен қорғалған. Оны алып тастаңыз: openssl pkey -in FILE -out FILE.plain',
  },
  'certificate.fault.KEY_OTHER': {
    en: 'The key does not belong to the first certificate.',
    ru: 'Ключ не от первого сертификата.',
    kk: 'Кілт бірінші сертификатқа тиесілі емес.',
  },
  'certificate.fault.WEAK': {
    en: 'Key or signature is too weak: RSA from 2048 bits, or EC from P-256, with SHA-256.',
    ru: 'Ключ или подпись слишком слабые: RSA от 2048 бит или EC от P-256, с SHA-256.',
    kk: 'Кілт не қолтаңба тым әлсіз: 2048 биттен RSA немесе P-256 бастап EC, SHA-256-мен.',
  },
  'certificate.fault.ORDER': {
    en: "The order is wrong: the server's certificate first, then each authority that signed the one before.",
    ru: 'Неверный порядок: сначала сертификат сервера, затем каждый центр, подписавший предыдущий.',
    kk: 'Реті дұрыс емес: алдымен сервер сертификаты, содан кейін алдыңғысына қол қойған әр орталық.',
  },
  'certificate.fault.AUTHORITY': {
    en: "Give the root of the plant's authority that signed the last certificate of the chain.",
    ru: 'Укажите корень предприятия, подписавший последний сертификат цепочки.',
    kk: 'Тізбектің соңғы сертификатына қол қойған кәсіпорын түбірін беріңіз.',
  },
  'certificate.fault.EXPIRED': {
    en: 'It, or an authority above it, has ended.',
    ru: 'Его срок или срок центра над ним истёк.',
    kk: 'Оның не үстіндегі орталықтың мерзімі бітті.',
  },
  'certificate.fault.NOT_YET': {
    en: 'It is not valid yet. Check the clock of the appliance.',
    ru: 'Он ещё не действует. Проверьте часы сервера.',
    kk: 'Ол әлі күшіне енбеген. Сервер сағатын тексеріңіз.',
  },
  'certificate.fault.USE': {
    en: 'It is not for servers, or is an authority itself.',
    ru: 'Он не для серверов или сам является центром.',
    kk: 'Ол серверлерге арналмаған немесе өзі орталық.',
  },
  'certificate.fault.NAMES': {
    en: 'It covers no name of the appliance. Names are given by sallyport setup --address.',
    ru: 'В нём нет ни одного имени сервера. Имена задаёт sallyport setup --address.',
    kk: 'Онда сервердің бірде-бір атауы жоқ. Атауларды sallyport setup --address береді.',
  },
  'certificate.fault.CONFIRM': {
    en: "Write the site's name.",
    ru: 'Напишите имя площадки.',
    kk: 'Алаң атауын жазыңыз.',
  },
  'event.certificate-set': {
    en: 'Certificate of the plant set: {subject}, until {ends}, SHA-256 {fingerprint}',
    ru: 'Задан сертификат предприятия: {subject}, до {ends}, SHA-256 {fingerprint}',
    kk: 'Кәсіпорын сертификаты берілді: {subject}, {ends} дейін, SHA-256 {fingerprint}',
  },
  'event.certificate-cleared': {
    en: 'Certificate of the plant removed: SHA-256 {fingerprint}',
    ru: 'Сертификат предприятия убран: SHA-256 {fingerprint}',
    kk: 'Кәсіпорын сертификаты алынды: SHA-256 {fingerprint}',
  },
  'event.certificate-ends': {
    en: 'The certificate of the plant ends at {ends} (below {limitDays} days): SHA-256 {fingerprint}',
    ru: 'Сертификат предприятия действует до {ends} (меньше {limitDays} дн.): SHA-256 {fingerprint}',
    kk: 'Кәсіпорын сертификатының мерзімі {ends} дейін ({limitDays} күннен аз): SHA-256 {fingerprint}',
  },
});
