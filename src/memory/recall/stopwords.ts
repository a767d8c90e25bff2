/** Words that say how a person writes, not what they write about. In code they are rare, so idf would trust them. */

const grammar = `
a about above after again against all also although always am an and any are aren as at away back be because been
before being below between both but by can cannot could couldn did didn do does doesn doing don down during each
either else enough etc even ever every few for from further get gets getting give given gives go goes going gone got
had hadn has hasn have haven having he her here hers him his how however i if in instead into is isn it its itself
just least less let like ll lot made make makes many may maybe me might mine more most much must my myself need needs
neither never no nor not nothing now of off often ok on once one only onto or other others otherwise our out over own
per perhaps please quite rather re really s same see seem seems seen several shall she should shouldn since so some
something sometimes soon still such sure t than that the their them then there therefore these they thing things this
those though through thus to together too took toward try trying tried two under unless until up upon us use used
uses using usually ve very via was wasn way we well went were weren what whatever when where whether which while who
whole whose why will with within without won would wouldn yes yet you your yours yourself`

const reports = `
actual actually appreciate behave behaves behavior behaviors behaviour behaviours believe bug bugs code confirm
correct correctly current currently describe described description different encounter encountered environment
example examples expect expected expecting expects feature fine following found happen happened happening happens
help hello hi hope idea instance issue issues kind know looking looks mention mentioned minimal noticed obvious
obviously occur occurs possible possibly previous previously probably problem problems produce produces proposed
question reason report reported reproduce reproducible result results running same says screenshot simple snippet
solution someone steps suggest suggestion supposed thank thanks think thought understand unexpected unexpectedly
want wanted wants weird wondering work working works workaround worked wrong latest master version versions`

const ignored = new Set(`${grammar} ${reports}`.split(/\s+/).filter(Boolean))

export function isStopword(word: string): boolean {
  return ignored.has(word)
}
