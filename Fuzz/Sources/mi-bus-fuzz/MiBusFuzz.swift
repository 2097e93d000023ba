import CFuzzer
import Glibc

/// `mi-bus-fuzz TARGET [libFuzzer options] [corpus folder or input...]`; `mi-bus-fuzz list` names the targets.
@main
enum MiBusFuzz {
  static let targets: [any FuzzTarget.Type] = [
    DecoderTarget.self, ParmrkTarget.self, PcapngTarget.self, TextLogTarget.self, TimedBytesTarget.self,
    LogicdataTarget.self, ZipTarget.self, SigrokTarget.self, ValueChangeDumpTarget.self, SaleaeCSVTarget.self,
    RawSamplesTarget.self, ProfileTarget.self, ScenarioTarget.self, RecordingTarget.self,
  ]

  /// The one that the command line names.
  static let chosen = CommandLine.arguments.dropFirst().first.flatMap { name in targets.first { $0.name == name } }

  static func main() {
    guard chosen != nil else {
      let isAsked = CommandLine.arguments.dropFirst() == ["list"]
      for target in targets { print(target.name) }
      exit(isAsked ? 0 : 2)
    }
    // libFuzzer takes what does not begin with a dash for a corpus: the target's name must not reach it.
    let arguments = [CommandLine.arguments[0]] + CommandLine.arguments.dropFirst(2)
    var count = Int32(arguments.count)
    var strings = arguments.map { strdup($0) } + [nil]
    strings.withUnsafeMutableBufferPointer { buffer in
      var pointer = buffer.baseAddress
      exit(
        LLVMFuzzerRunDriver(&count, &pointer) { data, size in
          MiBusFuzz.chosen?.test(Array(UnsafeBufferPointer(start: data, count: size)))
          return 0
        })
    }
  }
}
