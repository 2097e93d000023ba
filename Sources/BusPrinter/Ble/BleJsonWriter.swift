import BleSide
public import NinebotBus

/// One JSON object of kind `ble` for each message over the air, schema 1.
public struct BleJsonWriter: Sendable {
  private let frames: JsonFrameWriter

  public init(profile: Profile) { frames = JsonFrameWriter(profile: profile) }

  public func append(_ row: BleRow, to out: inout TextBuffer) {
    let message = row.message
    out.append("{\"kind\":\"ble\",\"t\":")
    out.append(seconds: row.time, decimals: 9)
    out.append(",\"tap\":\"ble")
    out.append(decimal: message.connection)
    out.append("\",\"dir\":\"")
    out.append(message.direction.name)
    out.append("\",\"proto\":\"")
    out.append(message.format.wire.name)
    out.append(UInt8(ascii: "\""))
    if message.condition == .readable {
      out.append(",\"hex\":\"")
      out.append(hex: message.body.span)
    } else {
      out.append(",\"air\":\"")
      out.append(hex: message.air.span)
    }
    out.append("\",\"ok\":")
    out.append(message.ok ? "true" : "false")
    out.append(",\"condition\":\"")
    out.append(message.condition.name)
    out.append(UInt8(ascii: "\""))
    if let length = message.length {
      out.append(",\"length\":")
      out.append(decimal: length)
    }
    if let counter = message.counter {
      out.append(",\"counter\":")
      out.append(decimal: counter)
    }
    if let solicited = message.solicited { out.append(solicited ? ",\"solicited\":true" : ",\"solicited\":false") }
    if let busTime = row.busTime {
      out.append(",\"bus_t\":")
      out.append(seconds: busTime, decimals: 9)
    }
    if let reading = row.reading { frames.append(reading, row.frame.span, to: &out) }
    out.append("}\n")
  }
}
