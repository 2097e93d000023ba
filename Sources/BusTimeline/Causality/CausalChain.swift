public import NinebotBus

/// One read or write of the phone on its way: written, asked on the wire, answered there, and told to the phone.
public struct CausalChain: Hashable, Sendable {
  /// A message between phone and scooter.
  public struct Message: Hashable, Sendable {
    /// `BleMessage.sequence`.
    public var sequence: Int
    /// On the bus's clock, nanoseconds.
    public var time: TimeBounds
  }

  /// A frame on the wire.
  public struct Wire: Hashable, Sendable {
    /// The caller's number of the event.
    public var id: Int64
    public var start: TimeBounds
    public var end: TimeBounds
    public var sender: Transmitter
  }

  /// How far it came.
  public enum Outcome: UInt8, Hashable, Sendable, CaseIterable {
    /// The phone got its answer.
    case complete
    /// The request came to the wire and needs no answer.
    case delivered
    /// The module never put the request on the wire, or the wire's capture lost it.
    case neverOnWire
    /// No answer was seen on the wire.
    case unanswered
    /// No answer was seen on the wire, but rubble where it should be: it collided.
    case lostInCollision
    /// The answer was on the wire, and the phone's log does not have it.
    case notForwarded

    /// Whether the phone waits for an answer that never comes.
    public var isBroken: Bool { self != .complete && self != .delivered }

    /// The name in JSON.
    public var name: StaticString {
      switch self {
      case .complete: "complete"
      case .delivered: "delivered"
      case .neverOnWire: "never-on-wire"
      case .unanswered: "unanswered"
      case .lostInCollision: "lost-in-collision"
      case .notForwarded: "not-forwarded"
      }
    }
  }

  public var outcome: Outcome
  public var write: Message
  public var request: Wire?
  public var reply: Wire?
  public var notification: Message?

  /// From the write to the request's start on the wire: radio and slot; nanoseconds, best guess.
  public var requestLatency: Int64? { request.map { $0.start.middle &- write.time.middle } }
  /// From the request's end to the answer's start.
  public var replyLatency: Int64? {
    guard let request, let reply else { return nil }
    return reply.start.middle &- request.end.middle
  }
  /// From the answer's end to the notification: the radio.
  public var notificationLatency: Int64? {
    guard let reply, let notification else { return nil }
    return notification.time.middle &- reply.end.middle
  }
  /// What the person waits for.
  public var totalLatency: Int64? { notification.map { $0.time.middle &- write.time.middle } }
}

/// Where a notification comes from.
public struct NotificationFinding: Hashable, Sendable {
  /// `BleMessage.sequence`.
  public var sequence: Int
  /// On the bus's clock; nil without a bus.
  public var time: TimeBounds?
  /// Whether the phone's own request brought it forth; nil where that cannot be told.
  public var solicited: Bool?
  /// `replyToPhone`, or whose request on the wire the ESC answered.
  public var cause: Cause
  /// The answer on the wire; nil where none fits.
  public var reply: CausalChain.Wire?
  /// The request on the wire that it answers; nil where none is known.
  public var request: Int64?
}

/// What the tracker found out.
public enum CausalOutcome: Hashable, Sendable {
  case chain(CausalChain)
  case notification(NotificationFinding)
}
