public import BusTimeline
import NinebotBus

extension JsonLineWriter {
  /// A collision: who talked, what each can be told to have said, and when the lost request came again.
  ///
  /// It comes behind what followed it, since that is part of the evidence.
  public func append(_ collision: Collision, to out: inout TextBuffer) {
    out.append("{\"kind\":\"collision\",\"t\":")
    out.append(seconds: collision.start.middle, decimals: 9)
    out.append(",\"t_err\":")
    out.append(seconds: collision.start.error, decimals: 9)
    out.append(",\"dur\":")
    out.append(seconds: collision.end.middle - collision.start.middle, decimals: 9)
    out.append(tapKeys[collision.tap])
    out.append(",\"hex\":\"")
    out.append(hex: collision.bytes.span)
    out.append("\",\"parties\":[")
    for (index, party) in collision.parties.enumerated() {
      out.append(index == 0 ? "\"" : ",\"")
      out.append(party)
      out.append(UInt8(ascii: "\""))
    }
    out.append("],\"signs\":[")
    for (index, sign) in collision.signs.enumerated() {
      if index > 0 { out.append(UInt8(ascii: ",")) }
      out.append(quoted: sign.rawValue)
    }
    out.append("],\"parts\":[")
    for (index, part) in collision.parts.enumerated() {
      out.append(index == 0 ? "{\"sender\":\"" : ",{\"sender\":\"")
      out.append(part.sender)
      out.append("\",\"hex\":\"")
      out.append(hex: part.bytes.span)
      out.append("\"}")
    }
    out.append("],\"lost\":")
    out.append(decimal: collision.lostFrames)
    if let retry = collision.retry {
      out.append(",\"retry\":")
      out.append(seconds: retry, decimals: 9)
    }
    out.append("}\n")
  }
}
