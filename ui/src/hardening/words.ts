import { defineWords } from '../i18n/types.ts';

export const words = defineWords({
  'hardening.protection-level.check': { en: 'Protection level', ru: 'Уровень защиты', kk: 'Қорғаныс деңгейі' },
  'hardening.protection-level.title': {
    en: 'No protection level',
    ru: 'Уровень защиты не задан',
    kk: 'Қорғаныс деңгейі қойылмаған',
  },
  'hardening.protection-level.reason': {
    en: 'Everybody who reaches the controller can read and change its program.',
    ru: 'Любой, кто дотянется до контроллера, может прочитать и изменить программу.',
    kk: 'Контроллерге қол жеткізген кез келген адам бағдарламаны оқып, өзгерте алады.',
  },
  'hardening.protection-level.remedy': {
    en: 'Set a protection level with a password in the project and load it in a maintenance window.',
    ru: 'Задайте в проекте уровень защиты с паролем и загрузите его в окно обслуживания.',
    kk: 'Жобада құпиясөзі бар қорғаныс деңгейін қойып, қызмет көрсету терезесінде жүктеңіз.',
  },
  'hardening.password-set.check': { en: 'Password', ru: 'Пароль', kk: 'Құпиясөз' },
  'hardening.password-set.title': { en: 'No password', ru: 'Пароль не задан', kk: 'Құпиясөз қойылмаған' },
  'hardening.password-set.reason': {
    en: 'Access to the controller asks for no password.',
    ru: 'Для доступа к контроллеру пароль не нужен.',
    kk: 'Контроллерге кіру құпиясөзді талап етпейді.',
  },
  'hardening.password-set.remedy': {
    en: 'Set a password for access in the project and keep it as the site keeps its passwords.',
    ru: 'Задайте в проекте пароль доступа и храните его по правилам площадки.',
    kk: 'Жобада кіру құпиясөзін қойып, оны алаң ережесімен сақтаңыз.',
  },
  'hardening.default-password.check': {
    en: 'Password of the vendor changed',
    ru: 'Пароль производителя сменён',
    kk: 'Өндіруші құпиясөзі ауыстырылған',
  },
  'hardening.default-password.title': {
    en: 'Password of the vendor',
    ru: 'Пароль от производителя',
    kk: 'Өндіруші қойған құпиясөз',
  },
  'hardening.default-password.reason': {
    en: 'The password that the vendor set is in its manual, so everybody knows it.',
    ru: 'Пароль от производителя напечатан в руководстве, его знают все.',
    kk: 'Өндіруші қойған құпиясөз нұсқаулықта жазылған, оны бәрі біледі.',
  },
  'hardening.default-password.remedy': {
    en: 'Change it, and note the change in the record of the controller.',
    ru: 'Смените его и отметьте это в записи контроллера.',
    kk: 'Оны ауыстырып, контроллер жазбасында белгілеңіз.',
  },
  'hardening.key-switch.check': { en: 'Key switch', ru: 'Положение ключа', kk: 'Кілт күйі' },
  'hardening.key-switch.title': {
    en: 'Key switch allows changes',
    ru: 'Ключ разрешает изменения',
    kk: 'Кілт өзгертуге рұқсат береді',
  },
  'hardening.key-switch.reason': {
    en: 'In RUN-P and REM the program can be changed from afar.',
    ru: 'В положениях RUN-P и REM программу можно изменить издалека.',
    kk: 'RUN-P және REM күйлерінде бағдарламаны алыстан өзгертуге болады.',
  },
  'hardening.key-switch.remedy': {
    en: 'Turn the key to RUN, take it out and keep it with the shift.',
    ru: 'Поверните ключ в RUN, выньте его и храните у смены.',
    kk: 'Кілтті RUN күйіне бұрап, шығарып алып, ауысымда сақтаңыз.',
  },
  'hardening.telnet.check': { en: 'Telnet', ru: 'Telnet', kk: 'Telnet' },
  'hardening.telnet.title': { en: 'Telnet answers', ru: 'Отвечает Telnet', kk: 'Telnet жауап береді' },
  'hardening.telnet.reason': {
    en: 'Names and passwords go over the wire in the clear.',
    ru: 'Имена и пароли идут по сети открыто.',
    kk: 'Атаулар мен құпиясөздер желімен ашық жүреді.',
  },
  'hardening.telnet.remedy': {
    en: 'Switch it off in the project, or let no conduit carry port 23.',
    ru: 'Отключите его в проекте или не пропускайте порт 23 ни через один тракт.',
    kk: 'Оны жобада өшіріңіз немесе 23-портты ешбір трактіден өткізбеңіз.',
  },
  'hardening.ftp.check': { en: 'FTP', ru: 'FTP', kk: 'FTP' },
  'hardening.ftp.title': { en: 'FTP answers', ru: 'Отвечает FTP', kk: 'FTP жауап береді' },
  'hardening.ftp.reason': {
    en: 'Names, passwords and files go over the wire in the clear.',
    ru: 'Имена, пароли и файлы идут по сети открыто.',
    kk: 'Атаулар, құпиясөздер мен файлдар желімен ашық жүреді.',
  },
  'hardening.ftp.remedy': {
    en: 'Switch it off in the project, or let no conduit carry port 21.',
    ru: 'Отключите его в проекте или не пропускайте порт 21 ни через один тракт.',
    kk: 'Оны жобада өшіріңіз немесе 21-портты ешбір трактіден өткізбеңіз.',
  },
  'hardening.http.check': { en: 'Web server', ru: 'Веб-сервер', kk: 'Веб-сервер' },
  'hardening.http.title': {
    en: 'Web server without encryption',
    ru: 'Веб-сервер без шифрования',
    kk: 'Шифрлаусыз веб-сервер',
  },
  'hardening.http.reason': {
    en: 'What is shown and entered there can be read and changed on the way.',
    ru: 'То, что там видно и вводится, можно прочитать и изменить в пути.',
    kk: 'Онда көрсетілген мен енгізілгенді жолда оқып, өзгертуге болады.',
  },
  'hardening.http.remedy': {
    en: 'Switch the web server off or allow HTTPS only.',
    ru: 'Отключите веб-сервер или оставьте только HTTPS.',
    kk: 'Веб-серверді өшіріңіз немесе тек HTTPS қалдырыңыз.',
  },
  'hardening.snmp-v2c.check': { en: 'SNMP', ru: 'SNMP', kk: 'SNMP' },
  'hardening.snmp-v2c.title': { en: 'SNMP without protection', ru: 'SNMP без защиты', kk: 'Қорғаныссыз SNMP' },
  'hardening.snmp-v2c.reason': {
    en: 'The community of versions 1 and 2c is readable on the wire, and “public” is known to everybody.',
    ru: 'Сообщество версий 1 и 2c видно в сети, а «public» знают все.',
    kk: '1 және 2c нұсқаларының қауымдастық атауы желіде көрінеді, ал «public» атауын бәрі біледі.',
  },
  'hardening.snmp-v2c.remedy': {
    en: 'Use version 3 with authentication and encryption, or switch SNMP off.',
    ru: 'Используйте версию 3 с проверкой подлинности и шифрованием или отключите SNMP.',
    kk: 'Түпнұсқалықты тексеретін және шифрлайтын 3-нұсқаны қолданыңыз немесе SNMP-ді өшіріңіз.',
  },
  'hardening.opcua-none.check': { en: 'OPC UA', ru: 'OPC UA', kk: 'OPC UA' },
  'hardening.opcua-none.title': { en: 'OPC UA without security', ru: 'OPC UA без защиты', kk: 'Қорғаныссыз OPC UA' },
  'hardening.opcua-none.reason': {
    en: 'An endpoint with the mode None accepts unsigned connections.',
    ru: 'Точка подключения с режимом None принимает соединения без подписи.',
    kk: 'None режиміндегі қосылу нүктесі қолтаңбасыз қосылуды қабылдайды.',
  },
  'hardening.opcua-none.remedy': {
    en: 'Remove the endpoint with None; leave Sign and encrypt with a current policy.',
    ru: 'Уберите точку с None, оставьте подпись с шифрованием по действующей политике.',
    kk: 'None нүктесін алып тастап, қазіргі саясатпен қолтаңба мен шифрлауды қалдырыңыз.',
  },
  'hardening.firmware-drift.check': {
    en: 'Firmware as planned',
    ru: 'Прошивка как в проекте',
    kk: 'Микробағдарлама жобадағыдай',
  },
  'hardening.firmware-drift.title': {
    en: 'Firmware is not the planned one',
    ru: 'Прошивка не та, что в проекте',
    kk: 'Микробағдарлама жобадағыдай емес',
  },
  'hardening.firmware-drift.reason': {
    en: 'The project names another version than the one that runs.',
    ru: 'В проекте названа не та версия, которая работает.',
    kk: 'Жобада жұмыс істеп тұрғаннан басқа нұсқа аталған.',
  },
  'hardening.firmware-drift.remedy': {
    en: 'Find out who changed it; then bring the project or the controller to the right version.',
    ru: 'Выясните, кто её сменил, затем приведите проект или контроллер к нужной версии.',
    kk: 'Кім ауыстырғанын анықтап, жобаны не контроллерді дұрыс нұсқаға келтіріңіз.',
  },
  'hardening.bootloader.check': {
    en: 'Boot loader as planned',
    ru: 'Загрузчик как в проекте',
    kk: 'Жүктегіш жобадағыдай',
  },
  'hardening.bootloader.title': {
    en: 'Boot loader is not the planned one',
    ru: 'Загрузчик не тот, что в проекте',
    kk: 'Жүктегіш жобадағыдай емес',
  },
  'hardening.bootloader.reason': {
    en: 'It starts before the firmware and is not replaced by every update.',
    ru: 'Он запускается раньше прошивки и меняется не при каждом обновлении.',
    kk: 'Ол микробағдарламадан бұрын іске қосылады және әр жаңартумен ауыспайды.',
  },
  'hardening.bootloader.remedy': {
    en: 'Compare with the vendor’s release notes and find out when it was changed.',
    ru: 'Сверьте с описанием выпуска производителя и выясните, когда он сменился.',
    kk: 'Өндірушінің шығарылым сипаттамасымен салыстырып, қашан ауысқанын анықтаңыз.',
  },
});
