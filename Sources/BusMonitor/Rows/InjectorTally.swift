public import BusTimeline
import NinebotBus

/// What one foreign device put on the bus so far.
public struct InjectorTally: Sendable {
  public let sender: Transmitter
  /// Frames that want something: reads, writes, calls.
  public private(set) var requests = 0
  public private(set) var frames = 0
  /// Start of the last one, in nanoseconds.
  public private(set) var last: Int64 = 0
  private var recent = SlidingWindow(bucket: 500_000_000, count: 20)

  init(sender: Transmitter) { self.sender = sender }

  mutating func take(_ event: AttributedEvent) {
    frames += 1
    last = max(last, event.event.start.middle)
    switch event.reading?.act {
    case .readRequest, .write, .quietWrite, .request:
      // Requests are what hurts: once there are any, other frames do not count in the rate.
      if requests == 0 { recent = SlidingWindow(bucket: 500_000_000, count: 20) }
      requests += 1
      recent.add(1, at: event.event.start.middle)
    default:
      if requests == 0 { recent.add(1, at: event.event.start.middle) }
    }
  }

  /// A second of the last ten; nil in its first half second.
  public func rate(at now: Int64) -> Double? { recent.rate(at: now) }

  /// `dash1 injects 16.2 requests/s`.
  public func sentence(at now: Int64) -> String {
    let (thing, total) = requests > 0 ? ("requests", requests) : ("frames", frames)
    guard let rate = rate(at: now) else { return "\(sender.name) injects \(thing)" }
    if rate > 0 { return "\(sender.name) injects \(Figures.fixed(rate, decimals: 1)) \(thing)/s" }
    let quiet = Figures.fixed(max(0, Double(now) - Double(last)) / 1e9, decimals: 0)
    return "\(sender.name) injected \(total) \(thing), quiet for \(quiet) s"
  }
}
