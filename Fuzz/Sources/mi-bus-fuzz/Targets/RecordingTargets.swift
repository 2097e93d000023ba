import CaptureFiles
import NinebotBus
import UartSniffer

/// pcapng and pcap.
enum PcapngTarget: FuzzTarget {
  static let name = "pcapng"
  static func test(_ input: [UInt8]) { RecordingCheck.run { PcapngSource(MemoryStream(input, piece: 61)) } }
}

/// The text log.
enum TextLogTarget: FuzzTarget {
  static let name = "textlog"
  static func test(_ input: [UInt8]) { RecordingCheck.run { TextLogSource(MemoryStream(input, piece: 61)) } }
}

/// `t_us,byte,framing_ok`.
enum TimedBytesTarget: FuzzTarget {
  static let name = "timed-bytes"
  static func test(_ input: [UInt8]) { RecordingCheck.run { TimedBytes(MemoryStream(input, piece: 61)) } }
}

/// Anything, with its format told by its content, as from a pipe.
enum RecordingTarget: FuzzTarget {
  static let name = "recording"

  static func test(_ input: [UInt8]) {
    RecordingCheck.run { () throws(InputError) in try RecordingFormat.open(MemoryStream(input, name: "input")).source }
  }
}
