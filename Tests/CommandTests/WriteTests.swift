import Testing

/// `--write`: what was sniffed is read back the same.
@Suite struct WriteTests {
  let scratch: Scratch
  let script: WireScript

  init() throws {
    scratch = try Scratch()
    script = try .stockSecond()
    try scratch.write(script.csv, as: "stock.csv")
  }

  /// What every frame, garbage and fault says of itself.
  private func events(_ source: String) throws -> [String] {
    let outcome = try Command.run(["sniff", source, "--json"], in: scratch)
    #expect(outcome.ending == .exit(0), "\(outcome.errors)")
    return try JsonLines(outcome.output).objects.compactMap { object in
      guard let kind = object["kind"] as? String, let hex = object["hex"] as? String else { return nil }
      let time = object["t"] as? Double ?? -1
      let sender = object["sender"] as? String ?? ""
      return "\(kind) \(hex) \(object["ok"] ?? "") \(time) \(object["dur"] ?? "") \(sender)"
    }
  }

  @Test("pcapng and the text log give back every event with its times", arguments: ["x.pcapng", "x.txt", "x.log"])
  func roundTrip(_ name: String) throws {
    let first = try Command.run(["sniff", "stock.csv", "--write", name], in: scratch)
    #expect(first.ending == .exit(0), "\(first.errors)")
    #expect(try events(name) == events("stock.csv"))
  }

  @Test("raw bytes give back the bytes and the frames")
  func raw() throws {
    _ = try Command.run(["sniff", "stock.csv", "--write", "x.bin"], in: scratch)
    #expect(scratch.bytes("x.bin") == script.raw)
    let read = try JsonLines(try Command.run(["sniff", "x.bin", "--json"], in: scratch).output)
    #expect(read.soundFrames == script.frames)
  }

  @Test("a filter acts on the view only: the capture holds everything")
  func filter() throws {
    let outcome = try Command.run(
      ["sniff", "stock.csv", "--cmd", "61", "--write", "x.pcapng"], in: scratch)
    #expect(outcome.lines.count == 1)
    #expect(try events("x.pcapng") == events("stock.csv"))
  }

  @Test("a file that exists is not overwritten")
  func exists() throws {
    try scratch.write("mine".utf8, as: "x.pcapng")
    let outcome = try Command.run(["sniff", "stock.csv", "--write", "x.pcapng"], in: scratch)
    #expect(outcome.ending == .exit(2))
    #expect(outcome.errors.contains("x.pcapng") && outcome.errors.contains("exists"))
    #expect(scratch.text("x.pcapng") == "mine")
  }

  @Test("a source that cannot be opened leaves no empty file behind")
  func nothingLeft() throws {
    _ = try Command.run(["sniff", "missing.csv", "--write", "x.pcapng"], in: scratch)
    #expect(try Command.run(["sniff", "stock.csv", "--write", "x.pcapng"], in: scratch).ending == .exit(0))
  }

  @Test("what is copied from copy to copy stays the same")
  func copies() throws {
    for (from, to) in [("stock.csv", "a.pcapng"), ("a.pcapng", "b.pcapng"), ("b.pcapng", "c.txt"), ("c.txt", "d.txt")] {
      _ = try Command.run(["sniff", from, "--summary", "--write", to], in: scratch)
    }
    #expect(try events("d.txt") == events("stock.csv"))
    #expect(scratch.text("d.txt") == scratch.text("c.txt"))
    #expect(scratch.bytes("b.pcapng") == scratch.bytes("a.pcapng"), "descriptions do not grow")
  }
}
