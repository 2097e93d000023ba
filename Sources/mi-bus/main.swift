import ArgumentParser
struct MiBus: ParsableCommand {
  @Option var tt: String?
  func run() { print("hi") }
}
MiBus.main()
