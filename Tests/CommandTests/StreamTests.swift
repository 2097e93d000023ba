import Foundation
import NinebotBus
import ScooterSim
import Testing

/// Pipes, full disks and standard input.
@Suite struct StreamTests {
  let scratch: Scratch
  let script: WireScript

  init() throws {
    scratch = try Scratch()
    script = try .stockSecond()
    try scratch.write(script.csv, as: "stock.csv")
  }

  @Test("a reader that has seen enough ends the program quietly", arguments: ["big.bin", "sim:"])
  func closedPipe(_ source: String) throws {
    // More than pipes and buffers hold.
    try scratch.write((0..<400).flatMap { _ in script.raw }, as: "big.bin")
    let outcome = try Command.shell(
      #"{ "$MI_BUS" sniff "$1" --for 60s; echo $? > status; } | head -n 1"#, [source], in: scratch)
    #expect(outcome.lines.count == 1)
    #expect(scratch.text("status") == "0\n")
    #expect(!outcome.errors.contains("mi-bus:"), "\(outcome.errors)")
  }

  @Test("a full disk is said in one line and is a failure", arguments: ["", "--json", "--summary"])
  func fullDisk(_ option: String) throws {
    let outcome = try Command.shell(#""$MI_BUS" sniff stock.csv $1 > /dev/full"#, [option], in: scratch)
    #expect(outcome.ending == .exit(1))
    #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
    #expect(outcome.errors.contains("standard output") && outcome.errors.contains("the disk is full"))
  }

  @Test("a capture that no longer fits is readable up to there")
  func fullCapture() throws {
    // The shell bounds the size of files that the program may write, in blocks of 512 bytes.
    try scratch.write((0..<400).flatMap { _ in script.raw }, as: "big.bin")
    let outcome = try Command.shell(
      #"trap '' XFSZ; ulimit -f 200; "$MI_BUS" sniff big.bin --summary --write x.pcapng > /dev/null"#, in: scratch)
    #expect(outcome.ending == .exit(1), "\(outcome.errors)")
    #expect(outcome.errors.contains("x.pcapng"))
    let read = try Command.run(["sniff", "x.pcapng", "--json"], in: scratch)
    #expect(read.ending == .exit(0), "\(read.errors)")
    let frames = try JsonLines(read.output).soundFrames
    #expect(frames.count > 100)
    #expect(Array(frames.prefix(script.frames.count)) == script.frames)
  }

  @Test("standard output that is closed is a failure, not a crash")
  func noOutput() throws {
    let outcome = try Command.shell(#""$MI_BUS" sniff stock.csv >&-"#, in: scratch)
    #expect(outcome.ending == .exit(1))
    #expect(outcome.errors.contains("standard output"))
  }

  // MARK: - Standard input

  @Test(
    "a closed standard input is told at once, and nothing of the program's own is read for it",
    arguments: ["sniff -", "senders -", "diagnose -", "timeline -", "sniff --logic 8MHz -", "monitor -"])
  func closedInput(_ words: String) throws {
    let outcome = try Command.shell(#"exec timeout 20 "$MI_BUS" $1 <&-"#, [words], in: scratch)
    #expect(outcome.ending == .exit(2), "\(outcome.errors)")
    #expect(outcome.output.isEmpty)
    #expect(outcome.errors.contains("standard input is") || outcome.errors.contains("standard input: is closed"))
    #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
  }

  @Test("with a closed standard output a capture holds frames and no lines")
  func closedOutputBesideCapture() throws {
    let outcome = try Command.shell(#""$MI_BUS" sniff stock.csv --write x.txt >&-"#, in: scratch)
    #expect(outcome.ending == .exit(1), "\(outcome.errors)")
    #expect(outcome.errors.contains("standard output"))
    let read = try Command.run(["sniff", "x.txt", "--json"], in: scratch)
    #expect(read.ending == .exit(0), "\(read.errors)")
  }

  @Test("standard input is recognised by its content as files are", arguments: ["csv", "raw", "pcapng", "txt"])
  func standardInput(_ format: String) throws {
    _ = try Command.run(["sniff", "stock.csv", "--write", "x.\(format)"], in: scratch)
    let input =
      switch format {
      case "csv": script.csv
      case "raw": script.raw
      default: scratch.bytes("x.\(format)")
      }
    let file = try Command.run(["sniff", "-", "--json"], input: input)
    #expect(file.ending == .exit(0), "\(file.errors)")
    #expect(try JsonLines(file.output).soundFrames == script.frames)
    try scratch.write(input, as: "piped")
    let pipe = try Command.shell(#"cat piped | "$MI_BUS" sniff - --json"#, in: scratch)
    #expect(pipe.output == file.output)
  }

  @Test("samples of a logic analyser on standard input", arguments: ["8MHz", "8000kHz", "8000000"])
  func logic(_ rate: String) throws {
    let (samples, frames) = try samples(seconds: 1)
    let outcome = try Command.run(["sniff", "--logic", rate, "-", "--json"], input: samples)
    #expect(outcome.ending == .exit(0), "\(outcome.errors)")
    #expect(try JsonLines(outcome.output).soundFrames == frames)
  }

  @Test("samples of two bytes with the line on channel 9", arguments: [true, false])
  func wideSamples(_ isPiped: Bool) throws {
    let (samples, frames) = try samples(seconds: 1)
    let wide = samples.flatMap { [0, ($0 & 1) << 1 as UInt8] }
    try scratch.write(wide, as: "wide.raw")
    let source = isPiped ? "-" : "wide.raw"
    let outcome = try Command.run(
      ["sniff", "--logic", "8MHz", "--unitsize", "2", source, "--json"], in: scratch, input: wide)
    #expect(outcome.ending == .exit(0), "\(outcome.errors)")
    #expect(try JsonLines(outcome.output).soundFrames == frames)
    #expect(outcome.errors.contains("channel 9"))
    for verb in ["sniff", "senders", "diagnose"] {
      let wrong = try Command.run([verb, "--logic", "8MHz", source], in: scratch, input: wide)
      #expect(wrong.errors.contains("--unitsize 2"), "\(verb): \(wrong.errors)")
    }
  }

  @Test("a recording is not taken for samples", arguments: ["vcd", "pcapng", "csv", "txt"])
  func recordingAsSamples(_ format: String) throws {
    _ = try Command.run(["simulate", "--for", "1s", "--write", "r.\(format)"], in: scratch)
    for (verb, source) in [("sniff", "r.\(format)"), ("sniff", "-"), ("senders", "r.\(format)")] {
      let outcome = try Command.run(
        [verb, source, "--logic", "8MHz"], in: scratch, input: scratch.bytes("r.\(format)"))
      #expect(outcome.ending == .exit(2), "\(outcome.errors)")
      #expect(outcome.errors.contains("leave out --logic") && outcome.output.isEmpty, "\(outcome.errors)")
    }
  }

  @Test("what is packed is told, with the command that unpacks it", arguments: ["gzip", "bzip2", "xz"])
  func packed(_ program: String) throws {
    let outcome = try Command.shell(
      #"command -v $1 > /dev/null || exit 3; $1 -c stock.csv > packed; "$MI_BUS" $2 packed"#, [program, "sniff"],
      in: scratch)
    if outcome.ending == .exit(3) { return }
    #expect(outcome.ending == .exit(2) && outcome.output.isEmpty)
    #expect(outcome.errors.contains("is compressed with \(program)") && outcome.errors.contains("< 'packed'"))
    let command = try #require(outcome.errors.split(separator: "unpack it: ").last.map(String.init))
    let unpacked = try Command.shell(
      command.replacing("NEW-FILE", with: "new").replacing("\n", with: "") + #"; cmp new stock.csv"#, in: scratch)
    #expect(unpacked.ending == .exit(0), "the command does it: \(command) \(unpacked.errors)")
    for verb in ["diagnose", "senders", "timeline", "monitor"] {
      let again = try Command.run([verb, "packed"], in: scratch)
      #expect(again.ending == .exit(2) && again.output.isEmpty, "\(verb)")
    }
  }

  @Test("lines of a pipe that goes on are seen at once, and Ctrl-C ends it normally")
  func livePipe() throws {
    let (samples, frames) = try samples(seconds: 2)
    try scratch.write(samples, as: "samples")
    // Each end of the pipe leaves its number; `$$` would be that of the shell that made them.
    let script = #"""
      { cat samples; sh -c 'echo $PPID > source'; exec sleep 240; } |
      { sh -c 'echo $PPID > program'; exec "$MI_BUS" sniff --logic 8MHz -; }
      """#
    let running = try Command.Running("/bin/sh", ["-c", script], in: scratch)
    #expect(running.waitForLines(frames.count / 2), "nothing is seen while the pipe is open: \(running.errors)")
    kill(try process("program"), SIGINT)
    #expect(Command.wait { running.errors.contains("frames in") }, "no summary: \(running.errors)")
    kill(try process("source"), SIGTERM)
    _ = running.wait()
  }

  /// The number that a process left in a file.
  private func process(_ name: String) throws -> pid_t {
    #expect(Command.wait { scratch.bytes(name).last == UInt8(ascii: "\n") })
    let text = String(decoding: scratch.bytes(name), as: UTF8.self)
    return try #require(pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines)))
  }

  /// What an analyser at 8 MHz sees of the simulated scooter, and the frames that a receiver finds.
  private func samples(seconds: Int64) throws -> (samples: [UInt8], frames: [String]) {
    let end = seconds * 1_000_000_000
    var scooter = Scooter(try .named("phone"))
    var recorder = EdgeRecorder()
    var probe = LineProbe()
    var writer = RawSampleWriter(rate: 8_000_000, channels: 1)
    while let occurrence = scooter.next(until: end) {
      probe.push(occurrence)
      recorder.push(occurrence)
      writer.push(recorder.takeEdges().filter { $0.channel == 0 })
    }
    writer.push(recorder.finish().filter { $0.channel == 0 })
    writer.advance(to: end)
    probe.finish(at: end)
    var decoder = FrameDecoder()
    decoder.push(probe.bytes.span, times: probe.times.span)
    var frames: [String] = []
    func collect(_ decoder: FrameDecoder) {
      frames += decoder.events.filter(\.checksumHolds).map { WireScript.hex(Array(decoder.buffer[$0.range])) }
    }
    collect(decoder)
    decoder.finish()
    collect(decoder)
    return (writer.samples, frames)
  }
}
