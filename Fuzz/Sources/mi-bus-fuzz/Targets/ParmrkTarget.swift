import NinebotBus
import UartSniffer

/// The marks that a tty puts into its bytes: reads may end anywhere without a difference.
enum ParmrkTarget: FuzzTarget {
  static let name = "parmrk"

  static func test(_ input: [UInt8]) {
    guard let control = input.first else { return }
    let marked = input.dropFirst()
    let (whole, wholeFaults) = parse([marked])
    let step = Int(control & 0x1F) + 1
    let pieces = stride(from: marked.startIndex, to: marked.endIndex, by: step).map {
      marked[$0..<min(marked.endIndex, $0 + step)]
    }
    let (cut, cutFaults) = parse(pieces)
    require(whole == cut && wholeFaults == cutFaults, "where a read ends makes no difference")
    require(whole.count == wholeFaults.count, "each byte has a fault or none")
    require(whole.count <= marked.count, "marks only make the stream longer")
  }

  private static func parse(_ pieces: [ArraySlice<UInt8>]) -> ([UInt8], [LineFault]) {
    var parser = ParmrkParser()
    var bytes: [UInt8] = []
    var faults: [LineFault] = []
    for piece in pieces { parser.push(piece, bytes: &bytes, faults: &faults) }
    return (bytes, faults)
  }
}
