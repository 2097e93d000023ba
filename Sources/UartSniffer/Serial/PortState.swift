public import CaptureFiles

/// Whether a port is there, and when to look again if not. No I/O: the caller says what happened and when.
///
/// Times are nanoseconds on CLOCK_MONOTONIC.
public struct PortState: Hashable, Sendable {
  public enum Phase: Hashable, Sendable {
    case open
    /// The adapter is away since then; it is looked for.
    case gone(since: Int64)
    /// Nothing more will come: it stayed away too long, or came back unusable.
    case ended(InputError)
  }

  public private(set) var phase = Phase.open
  /// How often the port went away.
  public private(set) var losses = 0
  private let path: String
  private let patience: Int64?
  private var nextLook = Int64.max

  /// Nanoseconds between two looks. A node needs about 0.1 s to appear; udev then still sets its group.
  public static let interval: Int64 = 250_000_000
  /// After it came back, a port may refuse for this long: udev sets its rights, and ModemManager may look into it.
  public static let settling: Int64 = 10_000_000_000
  private var refusedSince: Int64?

  /// `patience` is how long to wait for a port that went away, in nanoseconds; nil waits for ever.
  public init(path: String, patience: Int64? = nil) {
    self.path = path
    self.patience = patience
  }

  /// The port hung up. It must be closed then: a tty that is held open keeps its number, and the adapter would come
  /// back under another name.
  public mutating func lost(at now: Int64) {
    guard phase == .open else { return }
    phase = .gone(since: now)
    losses += 1
    refusedSince = nil
    nextLook = now + Self.interval
  }

  /// Something was plugged in: look at once.
  public mutating func hint(at now: Int64) {
    if case .gone = phase { nextLook = min(nextLook, now) }
  }

  /// When to come back at the latest; nil while there is nothing to do.
  public var deadline: Int64? {
    guard case .gone(let since) = phase else { return nil }
    return min(nextLook, patience.map { since + $0 } ?? .max)
  }

  /// Whether to try to open the port now. Gives up when patience is over.
  public mutating func shouldOpen(at now: Int64) -> Bool {
    guard case .gone(let since) = phase else { return false }
    if let patience, now - since >= patience {
      phase = .ended(
        InputError(path, "the adapter is gone and did not come back in \(patience / 1_000_000_000) s"))
      return false
    }
    guard now >= nextLook else { return false }
    nextLook = now + Self.interval
    return true
  }

  /// The try succeeded.
  public mutating func opened() {
    guard case .gone = phase else { return }
    phase = .open
    nextLook = .max
  }

  /// The try failed; `isAbsent` says that the port is still not there.
  public mutating func failed(_ error: InputError, isAbsent: Bool, at now: Int64) {
    guard case .gone = phase else { return }
    if isAbsent {
      refusedSince = nil
    } else if let since = refusedSince, now - since >= Self.settling {
      phase = .ended(error)
    } else if refusedSince == nil {
      refusedSince = now
    }
  }
}
