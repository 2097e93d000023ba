import CaptureFiles
import Glibc
import TestSupport
import Testing

@testable import BleSide

@Suite("Live from a Bluetooth adapter")
struct MonitorStreamTests {
  @Test("packets of the monitor channel read as a recorded log does; those of other adapters are left out")
  func framing() throws {
    var log = MonitorFraming.header
    for packet in LogPackets(LogFormatTests.source).packets {
      for adapter in [1, 0] as [UInt64] {
        var bytes = LogPackets.little(UInt64(LogPackets.opcode(packet)), 2) + LogPackets.little(adapter, 2)
        bytes += LogPackets.little(UInt64(packet.content.count), 2) + packet.content
        MonitorFraming.append(bytes.span, adapter: 0, time: packet.time, to: &log)
      }
    }
    let expected = read(LogFormatTests.source, try WholeSessionTests.token()).events.messages
    #expect(read(log, try WholeSessionTests.token()).events.messages == expected)
    let before = log.count
    for count in 0..<6 {
      let short = [UInt8](repeating: 0, count: count)
      MonitorFraming.append(short.span, adapter: 0, time: 0, to: &log)
    }
    #expect(log.count == before)
  }

  @Test(arguments: [("hci0", 0), ("hci12", 12), ("hci", nil), ("hciX", nil), ("/dev/hci0", nil), ("hci99999", nil)])
  func names(name: String, adapter: UInt16?) { #expect(MonitorStream.adapter(named: name) == adapter) }

  @Test("a refusal names the way out", arguments: [EPERM, EAFNOSUPPORT, EBUSY])
  func refusals(code: Int32) {
    let error = MonitorStream.refusal("hci0", code)
    #expect(error.description.hasPrefix("hci0: "))
    #expect((error.remedy == nil) == (code == EBUSY))
  }
}
