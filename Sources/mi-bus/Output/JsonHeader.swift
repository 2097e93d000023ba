import BusPrinter
import NinebotBus
import UartSniffer

/// The first line of JSON output: what the times count from and what is tapped.
struct JsonHeader {
  let taps: [Tap]
  /// What the phone's log is called; nil where there is none.
  var phone: String?
  /// Unix nanoseconds of time 0, where it is known.
  let origin: Int64?
  let profile: String

  func append(to out: inout TextBuffer) {
    out.append("{\"kind\":\"header\",\"schema\":1,\"program\":")
    out.append(quoted: "mi-bus \(MiBus.version)")
    if let origin {
      out.append(",\"start\":")
      out.append(seconds: origin, decimals: 9)
    }
    out.append(",\"profile\":")
    out.append(quoted: profile)
    out.append(",\"taps\":[")
    for (index, tap) in taps.enumerated() {
      if index > 0 { out.append(UInt8(ascii: ",")) }
      out.append("{\"name\":")
      out.append(quoted: tap.name)
      out.append(",\"source\":")
      out.append(quoted: tap.detail)
      if let baud = tap.baud {
        out.append(",\"baud\":")
        out.append(decimal: baud.rate)
      }
      out.append(",\"times\":")
      out.append(quoted: tap.quality.words)
      if tap.clockLead != 0 {
        out.append(",\"clock_ahead_s\":")
        out.append(seconds: tap.clockLead, decimals: 9)
      }
      out.append(UInt8(ascii: "}"))
    }
    if let phone {
      out.append(taps.isEmpty ? "{\"name\":\"ble0\",\"source\":" : ",{\"name\":\"ble0\",\"source\":")
      out.append(quoted: phone)
      out.append(UInt8(ascii: "}"))
    }
    out.append("]}\n")
  }
}

extension TimeQuality {
  /// For people and for JSON.
  var words: String {
    switch self {
    case .none: "none (counted from the baud rate)"
    case .frames: "one a frame"
    case .packets(latency: 0): "packets, as soon as the host hands them on"
    case .packets(let latency): "packets, up to \(milliseconds(latency)) ms late"
    case .bytes(let error): "each byte, ±\(milliseconds(error)) ms"
    case .edges(let sample): "each edge, ±\(sample) ns"
    }
  }

  private func milliseconds(_ nanoseconds: Int64) -> String {
    nanoseconds % 1_000_000 == 0 ? "\(nanoseconds / 1_000_000)" : "\(Double(nanoseconds / 1000) / 1000)"
  }
}
