import { openSqliteStore } from "../../../src/adapters/sqlite/store.ts";
import { storeContract } from "../../contract/store.ts";

storeContract("the SQLite store in memory", async () => openSqliteStore(":memory:"));
