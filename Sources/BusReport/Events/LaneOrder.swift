import BusTimeline

/// The lanes of a page from top to bottom, and on whose behalf an item came to be.
///
/// The order follows the way of a message: phone, BLE module, whoever else is on the wire, ESC, battery.
struct LaneOrder {
  let lanes: [TimelineItem.Lane]
  /// Injectors, in the order of their numbers.
  let injectors: [Transmitter]
  private let places: [TimelineItem.Lane: Int]

  init(_ items: [TimelineItem], senders: [SenderRow]) {
    var seen: Set<TimelineItem.Lane> = []
    for item in items { seen.insert(item.lane) }
    for row in senders { seen.insert(.wire(row.sender)) }
    lanes = seen.sorted { Self.rank($0) < Self.rank($1) }
    injectors = lanes.compactMap { if case .wire(let sender) = $0, sender.isForeign { sender } else { nil } }
    places = Dictionary(uniqueKeysWithValues: lanes.enumerated().map { ($1, $0) })
  }

  func place(of lane: TimelineItem.Lane) -> Int { places[lane] ?? 0 }

  private static func rank(_ lane: TimelineItem.Lane) -> Int {
    switch lane {
    case .phone: 0
    case .wire(.ble): 1
    case .wire(.dash(let number)): 2 + Int(number)
    case .wire(.esc): 300
    case .wire(.bms): 301
    case .wire(.externalBms): 302
    case .wire(.unknown): 303
    }
  }
}

/// On whose behalf an item came to be: what its colour shows. Raw values as in `Page/events.js`.
enum Origin: Equatable {
  /// The scooter's own schedule.
  case own
  /// The phone's requests and their answers.
  case phone
  case unknown
  case damage
  /// Received without asking; who caused it is not known.
  case unasked
  /// The injector with this place in `LaneOrder.injectors`.
  case injector(Int)

  var code: UInt8 {
    switch self {
    case .own: 0
    case .phone: 1
    case .unknown: 2
    case .damage: 3
    case .unasked: 4
    case .injector(let place): UInt8(5 + min(place, 250))
    }
  }

  /// - Parameter parent: the origin of the item that caused it.
  init(of item: TimelineItem, parent: Origin?, lanes: LaneOrder) {
    if item.kind == .damage {
      self = .damage
    } else if let injector = item.injector, let place = lanes.injectors.firstIndex(of: injector) {
      self = .injector(place)
    } else if item.solicited == false {
      if case .injector? = parent { self = parent ?? .unasked } else { self = .unasked }
    } else if item.lane == .phone {
      self = .phone
    } else {
      switch item.cause {
      case .own: self = .own
      case .phone, .replyToPhone: self = .phone
      case .reply(let asker): self = asker == .unknown ? .unknown : .own
      case .unknown: self = .unknown
      }
    }
  }
}
