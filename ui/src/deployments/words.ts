import { defineWords } from '../i18n/types.ts';

export const words = defineWords({
  'deployments.sub': {
    en: 'What was ordered to be installed, and what came of it',
    ru: 'Что поручено установить и что из этого вышло',
    kk: 'Нені орнату тапсырылды және нәтижесі',
  },
  'deployments.chooseUpdates': { en: 'Choose updates', ru: 'Выбрать обновления', kk: 'Жаңартуларды таңдау' },
  'deployments.deployment': { en: 'Deployment', ru: 'Развёртывание', kk: 'Тарату' },
  'deployments.state.running': { en: 'Running', ru: 'Выполняется', kk: 'Жүріп жатыр' },
  'deployments.state.finished': { en: 'Finished', ru: 'Завершено', kk: 'Аяқталды' },
  'deployments.state.failed': { en: 'With failures', ru: 'С ошибками', kk: 'Қателермен' },
  'deployments.state.cancelled': { en: 'Cancelled', ru: 'Отменено', kk: 'Тоқтатылды' },
  'deployments.created': { en: 'Ordered', ru: 'Создано', kk: 'Тапсырылған' },
  'deployments.by': { en: 'By', ru: 'Кем', kk: 'Кім' },
  'deployments.none': { en: 'No deployments yet', ru: 'Развёртываний ещё нет', kk: 'Тарату әлі жоқ' },
  'deployments.noneWhy': {
    en: 'Approve updates that are held here, then deploy them.',
    ru: 'Одобрите обновления, которые есть здесь, и разверните их.',
    kk: 'Осында бар жаңартуларды мақұлдап, таратыңыз.',
  },

  'deployments.question': {
    en: 'Deploy? Updates: {updates}, devices: {devices}',
    ru: 'Развернуть? Обновлений: {updates}, устройств: {devices}',
    kk: 'Тарату керек пе? Жаңарту: {updates}, құрылғы: {devices}',
  },
  'deployments.consequence': {
    en: 'Devices install at their next contact. A device gets only what it needs; nothing is downgraded.',
    ru: 'Устройства установят при следующей связи. Каждое получит только нужное; версии не понижаются.',
    kk: 'Құрылғылар келесі байланыста орнатады. Құрылғы тек қажетін алады; нұсқа төмендетілмейді.',
  },
  'deployments.noUpdates': { en: 'No updates chosen', ru: 'Обновления не выбраны', kk: 'Жаңарту таңдалмаған' },
  'deployments.noUpdatesWhy': {
    en: 'Only updates that are approved and held here can be deployed.',
    ru: 'Развернуть можно только одобренные обновления, которые есть здесь.',
    kk: 'Тек мақұлданған әрі осында бар жаңартуларды таратуға болады.',
  },
  'deployments.noDevices': {
    en: 'No chosen device needs them',
    ru: 'Выбранным устройствам они не нужны',
    kk: 'Таңдалған құрылғыларға қажет емес',
  },
  'deployments.everywhere': {
    en: 'All devices that need them',
    ru: 'Все устройства, которым нужно',
    kk: 'Қажет ететін барлық құрылғы',
  },
  'deployments.recount': { en: 'Count again', ru: 'Пересчитать', kk: 'Қайта санау' },
  'deployments.toGroupHint': {
    en: 'Only devices of the group that need one of the updates.',
    ru: 'Только устройства группы, которым нужно хотя бы одно обновление.',
    kk: 'Топтың осы жаңартулардың біріне мұқтаж құрылғылары ғана.',
  },
  'deployments.timeout': { en: 'Time limit, minutes', ru: 'Предел времени, минут', kk: 'Уақыт шегі, минут' },
  'deployments.timeoutHint': {
    en: 'Per update and device. After it the agent stops the installation and reports TIMEOUT.',
    ru: 'На обновление и устройство. Потом агент останавливает установку и сообщает TIMEOUT.',
    kk: 'Әр жаңарту мен құрылғыға. Одан кейін агент орнатуды тоқтатып, TIMEOUT хабарлайды.',
  },
  'deployments.deployTo': {
    en: { one: 'Deploy to {n} device', other: 'Deploy to {n} devices' },
    ru: {
      one: 'Развернуть на {n} устройство',
      few: 'Развернуть на {n} устройства',
      many: 'Развернуть на {n} устройств',
      other: 'Развернуть на {n} устройства',
    },
    kk: '{n} құрылғыға тарату',
  },

  'deployments.createdBy': {
    en: 'By: {who}, {at}. Time limit: {timeout} min',
    ru: 'Кем: {who}, {at}. Предел времени: {timeout} мин',
    kk: 'Тапсырған: {who}, {at}. Уақыт шегі: {timeout} мин',
  },
  'deployments.cancel': { en: 'Cancel the deployment', ru: 'Отменить развёртывание', kk: 'Таратуды тоқтату' },
  'deployments.tasks': { en: 'Tasks', ru: 'Задачи', kk: 'Тапсырмалар' },
  'deployments.taskOrder': { en: 'In the order given.', ru: 'В порядке создания.', kk: 'Тапсырылған ретімен.' },
  'deployments.outcome': { en: 'Outcome', ru: 'Итог', kk: 'Нәтиже' },
  'deployments.exitCode': { en: 'exit code {code}', ru: 'код выхода {code}', kk: 'шығу коды {code}' },
  'deployments.attempt': { en: 'Attempt', ru: 'Попытка', kk: 'Әрекет' },
  'deployments.output': { en: 'End of the output', ru: 'Конец вывода', kk: 'Шығыстың соңы' },
  'taskCode.AGENT_RESTARTED': {
    en: 'the agent restarted during the installation',
    ru: 'агент перезапустился во время установки',
    kk: 'орнату кезінде агент қайта іске қосылды',
  },
  'taskCode.CANCELLED': { en: 'cancelled before it began', ru: 'отменено до начала', kk: 'басталмай тұрып тоқтатылды' },
  'taskCode.DOWNGRADE': {
    en: 'a newer version is installed',
    ru: 'установлена более новая версия',
    kk: 'жаңарақ нұсқа орнатылған',
  },
  'taskCode.EXIT': {
    en: 'the installer ended with an error',
    ru: 'установщик завершился с ошибкой',
    kk: 'орнатқыш қатемен аяқталды',
  },
  'taskCode.EXPIRED': {
    en: 'the signed metadata is out of date; import a newer bundle',
    ru: 'подписанные метаданные просрочены; импортируйте новый комплект',
    kk: 'қол қойылған метадеректердің мерзімі өткен; жаңа бума импорттаңыз',
  },
  'taskCode.FETCH_FAILED': {
    en: 'the files could not be fetched from this server',
    ru: 'не удалось получить файлы с этого сервера',
    kk: 'файлдарды осы серверден алу мүмкін болмады',
  },
  'taskCode.HASH': {
    en: 'a file differs from its hash',
    ru: 'файл не совпадает с хешем',
    kk: 'файл хешіне сәйкес емес',
  },
  'taskCode.INTERNAL': {
    en: 'fault of the agent; see its log',
    ru: 'сбой агента; смотрите его журнал',
    kk: 'агенттің ақауы; журналын қараңыз',
  },
  'taskCode.LIMIT': {
    en: 'larger than the agent allows',
    ru: 'больше, чем разрешает агент',
    kk: 'агент рұқсат еткен шектен асады',
  },
  'taskCode.METADATA': {
    en: 'the signed metadata cannot be read',
    ru: 'подписанные метаданные не читаются',
    kk: 'қол қойылған метадеректер оқылмайды',
  },
  'taskCode.MISSING': {
    en: 'a needed file is not here; import the bundle that has it',
    ru: 'нужного файла здесь нет; импортируйте комплект с ним',
    kk: 'қажет файл мұнда жоқ; ол бар буманы импорттаңыз',
  },
  'taskCode.NOT_MOVED': {
    en: 'there is no permit for the new address, or it did not answer as this appliance; the old one stays',
    ru: 'на новый адрес нет разрешения, или он не ответил как этот сервер; остаётся старый',
    kk: 'жаңа мекенжайға рұқсат жоқ немесе ол осы сервер ретінде жауап бермеді; ескісі қалады',
  },
  'taskCode.NOT_NEEDED': {
    en: 'the device has it already',
    ru: 'на устройстве уже есть',
    kk: 'құрылғыда бұрыннан бар',
  },
  'taskCode.OBSERVE_ONLY': {
    en: 'this agent only observes',
    ru: 'этот агент только наблюдает',
    kk: 'бұл агент тек бақылайды',
  },
  'taskCode.OUT_OF_REACH': {
    en: 'the device was moved out of the groups of who ordered it',
    ru: 'устройство перенесено из групп того, кто это заказал',
    kk: 'құрылғы тапсырыс берушінің топтарынан көшірілген',
  },
  'taskCode.ROLLBACK': {
    en: 'older metadata than the agent has seen',
    ru: 'метаданные старее тех, что агент уже видел',
    kk: 'метадеректер агент көргеннен ескі',
  },
  'taskCode.ROOT_CHAIN': {
    en: 'a gap in the chain of roots',
    ru: 'разрыв в цепочке корней',
    kk: 'түбірлер тізбегінде үзіліс',
  },
  'taskCode.SIGNATURE': {
    en: 'too few valid signatures',
    ru: 'не хватает действительных подписей',
    kk: 'жарамды қолтаңбалар жеткіліксіз',
  },
  'taskCode.TIMEOUT': {
    en: 'not finished within the time limit',
    ru: 'не завершено за отведённое время',
    kk: 'уақыт шегінде аяқталмады',
  },
  'taskCode.UNKNOWN_ACTION': {
    en: 'this agent does not know the action; update the agent',
    ru: 'агент не знает этого действия; обновите агента',
    kk: 'агент бұл әрекетті білмейді; агентті жаңартыңыз',
  },
  'taskCode.WRONG_PACKAGE': {
    en: 'the file is another package than ordered',
    ru: 'файл не того пакета, что заказан',
    kk: 'файл тапсырылғаннан басқа пакет',
  },

  'nav.deployments': { en: 'Deployments', ru: 'Развёртывания', kk: 'Тарату' },

  'event.deployment-cancelled': {
    en: 'Deployment cancelled: {deployment}',
    ru: 'Развёртывание отменено: {deployment}',
    kk: 'Тарату тоқтатылды: {deployment}',
  },
  'event.deployment-created': {
    en: 'Deployment created: {deployment}; updates {updates}, devices {devices}',
    ru: 'Создано развёртывание: {deployment}; обновлений {updates}, устройств {devices}',
    kk: 'Тарату құрылды: {deployment}; жаңарту {updates}, құрылғы {devices}',
  },
  'event.deployment-finished': {
    en: 'Deployment finished: {deployment}; done {succeeded}, failed {failed}',
    ru: 'Развёртывание завершено: {deployment}; выполнено {succeeded}, с ошибкой {failed}',
    kk: 'Тарату аяқталды: {deployment}; орындалды {succeeded}, сәтсіз {failed}',
  },
  'event.task-done': {
    en: 'Installed: {update}; deployment: {deployment}',
    ru: 'Установлено: {update}; развёртывание: {deployment}',
    kk: 'Орнатылды: {update}; тарату: {deployment}',
  },
  'event.task-done.alone': { en: 'Installed: {update}', ru: 'Установлено: {update}', kk: 'Орнатылды: {update}' },
  'event.task-failed': {
    en: 'Not installed: {update}; deployment: {deployment}. Reason: {code}',
    ru: 'Не установлено: {update}; развёртывание: {deployment}. Причина: {code}',
    kk: 'Орнатылмады: {update}; тарату: {deployment}. Себебі: {code}',
  },
  'event.task-failed.alone': {
    en: 'Not installed: {update}. Reason: {code}',
    ru: 'Не установлено: {update}. Причина: {code}',
    kk: 'Орнатылмады: {update}. Себебі: {code}',
  },

  'kind.deployment.title': { en: 'Deployments', ru: 'Развёртывания', kk: 'Тарату' },
  'kind.deployment.one': { en: 'deployment', ru: 'развёртывание', kk: 'тарату' },
  'kind.deployment.purpose': {
    en: 'Approved updates ordered to devices.',
    ru: 'Одобренные обновления, назначенные устройствам.',
    kk: 'Құрылғыларға тапсырылған мақұлданған жаңартулар.',
  },
  'kind.deployment.field.updates': { en: 'Updates', ru: 'Обновления', kk: 'Жаңартулар' },
  'kind.deployment.field.devices': { en: 'Devices', ru: 'Устройства', kk: 'Құрылғылар' },
  'kind.deployment.field.timeoutMinutes': {
    en: 'Time limit, minutes',
    ru: 'Предел времени, минут',
    kk: 'Уақыт шегі, минут',
  },
  'kind.deployment.field.limit': {
    en: 'Only in groups',
    ru: 'Только в группах',
    kk: 'Тек топтарда',
  },

  'toast.deployment.created': {
    en: { one: 'Ordered for {n} device', other: 'Ordered for {n} devices' },
    ru: {
      one: 'Назначено {n} устройству',
      few: 'Назначено {n} устройствам',
      many: 'Назначено {n} устройствам',
      other: 'Назначено {n} устройства',
    },
    kk: '{n} құрылғыға тапсырылды',
  },
  'toast.deployment.cancelled': { en: 'Deployment cancelled', ru: 'Развёртывание отменено', kk: 'Тарату тоқтатылды' },
  'confirm.deployment.cancel.question': {
    en: 'Cancel this deployment? Open orders: {n}',
    ru: 'Отменить это развёртывание? Открытых команд: {n}',
    kk: 'Бұл таратуды тоқтату керек пе? Ашық пәрмендер: {n}',
  },
  'confirm.deployment.cancel.consequence': {
    en: 'Orders that wait are withdrawn. A device that has begun finishes, and its result is kept as late.',
    ru: 'Ожидающие команды отзываются. Устройство, которое уже начало, закончит, и его результат сохранится как поздний.',
    kk: 'Күтіп тұрған пәрмендер қайтарылады. Бастап кеткен құрылғы аяқтайды, нәтижесі кешіккен болып сақталады.',
  },
  'confirm.deployment.cancel.button': {
    en: 'Cancel the deployment',
    ru: 'Отменить развёртывание',
    kk: 'Таратуды тоқтату',
  },
  'deployments.doneOf': { en: '{done} of {total}', ru: '{done} из {total}', kk: '{done} / {total}' },
  'deployments.orView': {
    en: 'or the devices of a saved view',
    ru: 'или устройства сохранённого представления',
    kk: 'немесе сақталған көрініс құрылғылары',
  },
  'deployments.viewHint': {
    en: 'Looked up when the deployment is made.',
    ru: 'Определяются, когда создаётся развёртывание.',
    kk: 'Тарату жасалған сәтте анықталады.',
  },
});
