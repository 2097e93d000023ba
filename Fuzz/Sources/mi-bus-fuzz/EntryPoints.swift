import Glibc

/// `mi-bus-fuzz --target=NAME [libFuzzer options] [corpus folder or input...]`; `--list` names the targets.
enum MiBusFuzz {
  static let targets: [any FuzzTarget.Type] = [
    DecoderTarget.self, ParmrkTarget.self, PcapngTarget.self, TextLogTarget.self, TimedBytesTarget.self,
    LogicdataTarget.self, ZipTarget.self, SigrokTarget.self, ValueChangeDumpTarget.self, SaleaeCSVTarget.self,
    RawSamplesTarget.self, ProfileTarget.self, ScenarioTarget.self, RecordingTarget.self,
    BtsnoopTarget.self, PacketLoggerTarget.self, BlePcapTarget.self, BleTextTarget.self, BugReportTarget.self,
    CommTarget.self, KeyTarget.self,
  ]

  /// The one that the command line names. libFuzzer lets options with two dashes pass.
  static let chosen: (any FuzzTarget.Type)? = {
    let name = CommandLine.arguments.lazy.compactMap { $0.hasPrefix("--target=") ? $0.dropFirst(9) : nil }.first
    return targets.first { $0.name == name ?? "" }
  }()
}

/// Called by libFuzzer at the start.
@_cdecl("LLVMFuzzerInitialize")
func initialize(_ count: UnsafeMutableRawPointer?, _ arguments: UnsafeMutableRawPointer?) -> CInt {
  if MiBusFuzz.chosen != nil { return 0 }
  for target in MiBusFuzz.targets { print(target.name) }
  exit(CommandLine.arguments.contains("--list") ? 0 : 2)
}

/// Called by libFuzzer for each input.
@_cdecl("LLVMFuzzerTestOneInput")
func test(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
  MiBusFuzz.chosen?.test(Array(UnsafeBufferPointer(start: data, count: size)))
  return 0
}
