import Testing
import UartSniffer

@Suite struct LineCountersTests {
  static let table: [(LineCounters, String)] = [
    (LineCounters(), "0 bytes"), (LineCounters(received: 1), "1 byte"),
    (LineCounters(received: 1204, framing: 3, overrun: 1), "1204 bytes, 3 framing errors, 1 overrun"),
    (LineCounters(received: 2, parity: 1, breaks: 2), "2 bytes, 1 parity error, 2 breaks"),
    (LineCounters(received: 9, bufferOverrun: 2), "9 bytes, 2 overruns of the kernel's buffer"),
  ]

  @Test("counters are told in words, and what did not happen is not", arguments: table)
  func words(_ counters: LineCounters, _ words: String) { #expect(counters.words == words) }
}
