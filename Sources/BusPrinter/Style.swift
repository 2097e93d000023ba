public import BusTimeline
public import NinebotBus

/// Colours of the terminal, by meaning. Without colour every method writes nothing.
public struct Style: Sendable {
  /// What a piece of text is. Each has a colour; a device has the same one wherever it is named.
  public enum Part: Hashable, Sendable {
    case faint, alarm, esc, ble, bms, dash, plain

    /// SGR parameters (ECMA-48 8.3.117).
    var sequence: StaticString {
      switch self {
      case .faint: "\u{1B}[2m"
      case .alarm: "\u{1B}[1;31m"
      case .esc: "\u{1B}[36m"
      case .ble: "\u{1B}[34m"
      case .bms: "\u{1B}[32m"
      case .dash: "\u{1B}[1;35m"
      case .plain: ""
      }
    }

    /// Of a device that an address names; `plain` for those beyond the scooter.
    public init(_ role: Role) {
      self =
        switch role {
        case .esc: .esc
        case .ble: .ble
        case .bms, .externalBms: .bms
        default: .plain
        }
    }

    /// Of the device that sent a frame.
    public init(_ transmitter: Transmitter) {
      self =
        switch transmitter {
        case .esc: .esc
        case .ble: .ble
        case .bms, .externalBms: .bms
        case .dash: .dash
        case .unknown: .faint
        }
    }
  }

  public let coloured: Bool

  public init(coloured: Bool) { self.coloured = coloured }

  func begin(_ part: Part, _ out: inout TextBuffer) {
    if coloured { out.append(part.sequence) }
  }

  func end(_ part: Part, _ out: inout TextBuffer) {
    if coloured, part != .plain { out.append("\u{1B}[0m") }
  }
}
