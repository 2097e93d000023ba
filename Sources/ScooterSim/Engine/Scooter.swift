/// A scooter with everything on its wires, as a discrete-event model: pure, seeded, endless.
///
/// Times are nanoseconds from 0. The same scenario and seed give the same occurrences on every machine. Memory
/// does not grow with the run.
public struct Scooter: Sendable {
  /// Unix nanoseconds that recordings give to time 0 unless they are told otherwise: 2023-11-14 22:13:20 UTC, so that
  /// the same seed writes the same files on every day.
  public static let epoch: Int64 = 1_700_000_000_000_000_000

  /// What it was made from.
  public let scenario: Scenario
  /// Nothing that comes later happened before this time, nanoseconds.
  public var settledUntil: Int64 { min(kernel.oldestPending ?? .max, handled) }

  /// How many events and occurrences are held; stays small however long the run is.
  public var backlog: Int { kernel.backlog }

  private var kernel: EventKernel
  /// All events up to this time are handled.
  private var handled: Int64 = 0
  private var devices: [any Device]
  /// Indices of the devices that hear each line.
  private let listeners: [[Int]]

  public init(_ scenario: Scenario) {
    self.scenario = scenario
    kernel = EventKernel(world: World(scenario.ride, seed: scenario.seed))
    let devices = Self.devices(of: scenario)
    self.devices = devices
    listeners = Line.allCases.map { line in
      devices.indices.filter { devices[$0].hears.contains(line) }
    }
    for index in devices.indices { self.devices[index].start(&kernel) }
  }

  /// The time of the last event, nanoseconds.
  public var now: Int64 { kernel.now }

  /// The next thing that happened, in the order of `Occurrence.time`; nil only if every device is silent for ever.
  public mutating func next() -> Occurrence? { next(until: .max) }

  /// The next thing that is final by the time `limit`, or nil; a later call with a later limit goes on.
  public mutating func next(until limit: Int64) -> Occurrence? {
    while true {
      if let occurrence = kernel.popOccurrence() { return occurrence }
      guard let event = kernel.popEvent(until: limit) else {
        handled = max(handled, limit)
        return nil
      }
      handled = event.time
      handle(event)
    }
  }

  /// Everything that is final by the time `limit`. Holds it all: for long runs use `next()`.
  public mutating func run(until limit: Int64) -> [Occurrence] {
    var all: [Occurrence] = []
    while let occurrence = next(until: limit) { all.append(occurrence) }
    return all
  }

  private mutating func handle(_ event: Event) {
    switch event.what {
    case .alarm(let alarm):
      devices[event.target].wake(alarm, &kernel)
    case .radio(let message):
      devices[event.target].receive(message, &kernel)
    case .endOfTransmission(let number):
      guard let transmission = kernel.settle(number), !transmission.truth.collided else { return }
      for index in listeners[transmission.line.rawValue] where index != event.target {
        devices[index].hear(transmission, &kernel)
      }
    }
  }

  private static func devices(of scenario: Scenario) -> [any Device] {
    var devices: [any Device] = []
    let phone = scenario.phone.map { _ in 4 }
    devices.append(Esc(scenario.esc, device: 0, seed: scenario.seed))
    devices.append(BleModule(scenario.ble, device: 1, phone: phone, seed: scenario.seed))
    devices.append(Bms(scenario.bms, device: 2, seed: scenario.seed))
    devices.append(NoiseSource(scenario.noise, device: 3, seed: scenario.seed))
    if let settings = scenario.phone { devices.append(Phone(settings, device: 4, ble: 1, seed: scenario.seed)) }
    for (index, settings) in scenario.dashes.enumerated() {
      devices.append(PollingDash(settings, number: index + 1, device: devices.count, seed: scenario.seed))
    }
    return devices
  }
}
