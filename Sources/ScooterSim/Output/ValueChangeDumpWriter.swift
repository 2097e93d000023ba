/// Writes edges as a value change dump (VCD, IEEE 1364) with a time unit of 1 ns.
public struct ValueChangeDumpWriter: Sendable {
  /// Text not yet taken, ASCII.
  public private(set) var text: [UInt8] = []
  private var lastTime: Int64 = 0

  /// Begins the dump: all lines idle at time 0.
  public init(_ lines: [Line]) {
    put("$timescale 1 ns $end\n$scope module scooter $end\n")
    for (channel, line) in lines.enumerated() { put("$var wire 1 \(Self.code(channel)) \(line.name) $end\n") }
    put("$upscope $end\n$enddefinitions $end\n#0\n$dumpvars\n")
    for channel in lines.indices { put("1\(Self.code(channel))\n") }
    put("$end\n")
  }

  /// Adds edges in order of time.
  public mutating func push(_ edges: [ChannelEdge]) {
    for edge in edges {
      advance(to: edge.edge.time)
      text.append(edge.edge.level ? 0x31 : 0x30)
      text.append(Self.codeByte(edge.channel))
      text.append(0x0A)
    }
  }

  /// Ends the dump at `time`, nanoseconds.
  public mutating func finish(at time: Int64) { advance(to: time) }

  /// Hands out the text so far and forgets it.
  public mutating func takeText() -> [UInt8] {
    defer { text.removeAll(keepingCapacity: true) }
    return text
  }

  private mutating func advance(to time: Int64) {
    guard time > lastTime else { return }
    lastTime = time
    put("#\(time)\n")
  }

  private mutating func put(_ string: String) { text.append(contentsOf: string.utf8) }

  private static func codeByte(_ channel: Int) -> UInt8 { 0x21 + UInt8(truncatingIfNeeded: channel % 90) }
  private static func code(_ channel: Int) -> Character { Character(Unicode.Scalar(codeByte(channel))) }
}
