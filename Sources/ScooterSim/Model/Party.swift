/// A device of the model, as ground truth and findings name it.
public enum Party: Hashable, Sendable, CustomStringConvertible {
  case esc
  case ble
  case bms
  /// A third-party module, counted from 1.
  case dash(Int)
  /// The phone behind the BLE module; it never transmits on a wire.
  case phone

  /// `esc`, `ble`, `bms`, `dash1`…, `phone`: the names of the JSON key `sender`.
  public var description: String {
    switch self {
    case .esc: "esc"
    case .ble: "ble"
    case .bms: "bms"
    case .dash(let number): "dash\(number)"
    case .phone: "phone"
    }
  }
}

/// Why a frame was sent.
public enum Cause: Hashable, Sendable, CustomStringConvertible {
  /// The stock parts' own schedule: heartbeats, the display frames and the name reply that answer each other, and
  /// the ESC's own polling of the BMS with its replies. A dash's own requests are `own` too.
  case own
  /// The phone asked for it, or the ESC hands the phone's request on to the BMS.
  case phone
  /// The ESC hands a dash's request on to the BMS.
  case relay(for: Party)
  /// The answer to a request of the phone or of a dash.
  case reply(to: Party)

  /// `own`, `phone`, `reply-to-phone`, `reply-to-dash1`…: the values of the JSON key `cause`.
  public var description: String {
    switch self {
    case .own: "own"
    case .phone: "phone"
    case .relay(let party): "\(party)"
    case .reply(let party): "reply-to-\(party)"
    }
  }
}
