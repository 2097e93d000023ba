import Testing

@testable import BusTimeline

@Suite struct RequestKindsTests {
  /// Keys that fall on the same places, and more of them than there was room for.
  @Test(arguments: [1, 256, 0x0101_0100] as [UInt32])
  func eachKindKeepsItsNumber(step: UInt32) {
    var kinds = RequestKinds()
    let keys = (0..<1000 as Range<UInt32>).map { $0 &* step }
    #expect(kinds.number(of: keys[1]) == nil)
    for (number, key) in keys.enumerated() { #expect(kinds.add(key) == number) }
    for (number, key) in keys.enumerated() {
      #expect(kinds.number(of: key) == number)
      #expect(kinds.add(key) == number)
    }
    #expect(kinds.count == keys.count)
    #expect(kinds.number(of: .max) == nil)
  }
}
