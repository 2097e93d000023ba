import Testing

/// `timeline`: each request of the phone with what came of it.
@Suite struct TimelineTests {
  private let scratch: Scratch

  init() throws {
    scratch = try Scratch()
    _ = try run("simulate displaydash --for 10s --clock-offset 3.5 --write b.pcapng --ble p.btsnoop --token t")
  }

  private func run(_ words: String) throws -> Command.Outcome {
    try Command.run(words.split(separator: " ").map(String.init), in: scratch)
  }

  private func items() throws -> [Int: [String: Any]] {
    let objects = try JsonLines(try run("timeline b.pcapng p.btsnoop --token t --json").output).objects
    let items = objects.filter { $0["kind"] as? String == "item" }
    return Dictionary(items.map { ($0["n"] as? Int ?? -1, $0) }) { first, _ in first }
  }

  @Test("an answer leads back to the phone's write, over the wire")
  func chains() throws {
    let items = try items()
    func cause(of item: [String: Any]) -> [String: Any]? { (item["caused_by"] as? Int).flatMap { items[$0] } }
    let answers = items.values.filter { $0["dir"] as? String == "to-phone" && $0["solicited"] as? Bool == true }
    #expect(answers.count > 30)
    var whole = 0
    for answer in answers {
      guard let reply = cause(of: answer), let request = cause(of: reply), let write = cause(of: request) else {
        continue
      }
      whole += 1
      #expect(reply["side"] as? String == "bus" && request["sender"] as? String == "ble")
      #expect(write["dir"] as? String == "to-scooter" && write["outcome"] as? String == "complete")
      #expect(write["text"] as? String == request["text"] as? String)
    }
    #expect(whole * 10 >= answers.count * 9)
    #expect(items.values.allSatisfy { $0["outcome"] == nil || $0["dir"] as? String == "to-scooter" })
  }

  @Test("what broke off is told at the phone's write, in words too")
  func broken() throws {
    let broken = try items().values.compactMap { $0["outcome"] as? String }.filter {
      $0 != "complete" && $0 != "delivered"
    }
    #expect(!broken.isEmpty)
    let text = try run("timeline b.pcapng p.btsnoop --token t").output
    for outcome in broken { #expect(text.contains("\(outcome.uppercased()) 01 read"), "\(outcome)") }
  }

  @Test("lines in a pager are as wide as its terminal, else as COLUMNS says")
  func width() throws {
    let words = ["timeline", "b.pcapng", "p.btsnoop", "--token", "t"]
    let terminal = try Terminal(words, pipe: "lines.txt", in: scratch)
    terminal.expectEnd(.exit(0), isFullScreen: false)
    func widest(_ text: String) -> Int? { text.split(separator: "\n").map(\.count).max() }
    #expect(widest(scratch.text("lines.txt")) == 80)
    let wide = try Command.run(words, in: scratch, environment: ["COLUMNS": "133"])
    #expect(widest(wide.output) == 133)
  }
}
