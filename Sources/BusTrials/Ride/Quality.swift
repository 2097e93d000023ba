public import NinebotBus
public import ScooterSim
public import UartSniffer

/// How well a simulated tap knows the times of its bytes.
public enum Quality: Hashable, Sendable {
  case edges
  /// Each byte within 20 us.
  case bytes
  case adapter(AdapterModel)
  /// No times at all.
  case none

  /// The best first.
  public static let all: [Quality] =
    [.edges, .bytes] + AdapterModel.all.map { .adapter($0) } + [.none]

  /// The name in tables and options.
  public var name: String {
    switch self {
    case .edges: "edges"
    case .bytes: "bytes-20us"
    case .adapter(let model): model.name
    case .none: "no-times"
    }
  }

  /// What the wire is listened to with before it goes through an adapter.
  public var probe: LineProbe.Quality {
    if case .bytes = self { .bytes(error: 20_000) } else { .edges }
  }

  /// What the sniffer says of such a tap.
  public var tap: TimeQuality {
    switch self {
    case .edges: .edges(sample: 1)
    case .bytes: .bytes(error: 20_000)
    case .adapter(let model): .packets(latency: Self.timing(model).timer)
    case .none: .none
    }
  }

  /// What the sniffer would know of such an adapter.
  public static func timing(_ model: AdapterModel) -> AdapterTiming {
    switch model.flush {
    case .latencyTimer(let timer):
      .of(driver: "ftdi_sio", name: nil, latencyTimer: Int(timer / 1_000_000), isPseudoTerminal: false, baud: .standard)
    case .idle: .of(driver: "uart-pl011", name: nil, latencyTimer: nil, isPseudoTerminal: false, baud: .standard)
    case .usbFrame: .of(driver: nil, name: nil, latencyTimer: nil, isPseudoTerminal: false, baud: .standard)
    }
  }
}

/// Turns exactly timed bytes into what a tap of some quality gives.
public struct QualityStage {
  private let quality: Quality
  private var adapter: Adapter?
  private var clock: PacketClock?
  private var lastRead: Int64 = 0

  /// - Parameters:
  ///   - quality: what the tap is to be like.
  ///   - baud: of the wire.
  ///   - seed: what an adapter's delays come from.
  public init(_ quality: Quality, baud: Baud, seed: UInt64) {
    self.quality = quality
    if case .adapter(let model) = quality {
      adapter = Adapter(model, baud: baud, seed: seed)
      clock = PacketClock(origin: 0, opened: 0, baud: baud, adapter: Quality.timing(model))
    }
  }

  /// What the tap gives for the next bytes.
  ///
  /// - Parameter settled: nanoseconds; nothing comes before any more.
  public mutating func push(_ bytes: [UInt8], _ times: [ByteTime], settled: Int64) -> ByteChunk {
    switch quality {
    case .edges, .bytes: return ByteChunk(bytes: bytes, times: times, silentUntil: settled)
    case .none: return ByteChunk(bytes: bytes)
    case .adapter: break
    }
    for (byte, time) in zip(bytes, times) { adapter?.push(byte, start: time.start.middle, fault: time.fault) }
    adapter?.advance(to: settled)
    var chunk = ByteChunk()
    for packet in adapter?.takePackets() ?? [] {
      let read = packet.arrival + 30_000
      clock?.push(
        count: packet.bytes.count, window: PollWindow(entered: lastRead, woke: packet.arrival + 10_000), read: read,
        into: &chunk.times)
      chunk.bytes += packet.bytes
      lastRead = read
      _ = clock?.empty(at: read)
    }
    return chunk
  }
}
